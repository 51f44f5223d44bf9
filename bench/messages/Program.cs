// Measures the message classifier on public data:
//   dotnet run -c Release --project bench/messages -- banking77                the 3,080 test messages, once
//   dotnet run -c Release --project bench/messages -- banking77 fold=0         a fifth of the training messages instead, for choosing
//   dotnet run -c Release --project bench/messages -- zh-category | zh-sentiment   80/20, seed 1
//   dotnet run -c Release --project bench/messages -- train.csv test.csv       columns text and intent; "oos" and intents that the training file lacks are out of scope
// Further arguments are parameters of a training, as networks=0 for the linear scores alone.
using System.Globalization;
using System.Text.Json;
using ModelOps.Bench.Messages;
using ModelOps.Trainer.Applications;
using ModelOps.Trainer.Messages;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var files = args.TakeWhile(argument => !argument.Contains('=', StringComparison.Ordinal)).ToArray();
var settings = args.Skip(files.Length).Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
var seed = 1;
var (train, test) = files switch
{
    ["banking77"] when settings.Remove("fold", out var fold) => Fold(MessageSet.Of(MessageFiles.Read("banking77/train.csv", "text", "category")), int.Parse(fold, CultureInfo.InvariantCulture)),
    ["banking77"] => Pair(MessageFiles.Read("banking77/train.csv", "text", "category"), MessageFiles.Read("banking77/test.csv", "text", "category")),
    ["zh-category"] => Share(MessageSet.Of(MessageFiles.Read("zh-reviews/online_shopping_10_cats.csv", "review", "cat"))),
    ["zh-sentiment"] => Share(MessageSet.Of(MessageFiles.Read("zh-reviews/online_shopping_10_cats.csv", "review", "label"))),
    [var learned, var asked] => Pair(MessageFiles.Read(learned, "text", "intent"), MessageFiles.Read(asked, "text", "intent")),
    _ => throw new ArgumentException("Name banking77, zh-category, zh-sentiment, or two CSV files."),
};
var parameters = ParameterRecord.Read(settings.ToDictionary(pair => pair.Key, pair => JsonSerializer.SerializeToElement(pair.Value)), new AssistParameters(), out var errors);
if (errors.Count > 0)
    throw new ArgumentException(string.Join(" ", errors.Values.SelectMany(error => error)));

var started = TimeProvider.System.GetTimestamp();
using var trained = new AssistTraining(parameters, message => Console.WriteLine(message.Phase ?? $"{message.Epoch!.Phase} pass {message.Epoch.Epoch}  loss {message.Epoch.Loss:f3}  {message.Epoch.Seconds:f1} s")).Run(train);
Console.WriteLine($"trained in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:f0} s; blend {trained.Settings.Blend}, sharpness {trained.Settings.Sharpness:f2}, cost {trained.Parameters.Cost}, Bayes {trained.Parameters.Bayes}, terms {trained.Model.Linear.Terms}");
Console.WriteLine($"out of scope, signs alone: {string.Join(", ", trained.ScopeAlone.Select(sign => $"{sign.Key} {sign.Value:f3}"))}");
foreach (var (name, metrics) in trained.Comparison)
    Console.WriteLine($"held out   {name,-10} {string.Join("  ", metrics.Select(metric => $"{metric.Key} {metric.Value:f4}"))}");

started = TimeProvider.System.GetTimestamp();
var within = test.Within();
var scored = trained.Model.Score(within.Texts);
Console.WriteLine($"scored in {TimeProvider.System.GetElapsedTime(started).TotalMicroseconds / Math.Max(1, scored.Count):f0} µs a message");
var calibration = new Calibration(trained.Settings.Blend, trained.Settings.Sharpness);
var probabilities = scored.Select(calibration.Probabilities).ToList();
Console.WriteLine($"test       accuracy {100 * MessageMetrics.Accuracy(probabilities, within.Labels):f2} %  macro F1 {MessageMetrics.MacroF1(probabilities, within.Labels):f4}  ECE {MessageMetrics.CalibrationError(probabilities, within.Labels):f4}  of {within.Count}");
Console.WriteLine($"  linear alone {100 * MessageMetrics.Accuracy([.. scored.Select(score => score.Linear)], within.Labels):f2} %{(parameters.Networks == 0 ? "" : $", networks alone {100 * MessageMetrics.Accuracy([.. scored.Select(score => score.Network)], within.Labels):f2} %")}");
if (train.Intents.Count == 2)
    Console.WriteLine($"  AUC {MessageMetrics.Auc(Chances(1), Chances(0)):f4}");
var scope = trained.Settings.Scope;
var outside = trained.Model.Score(test.Where(label => label == MessageSet.OutOfScope).Texts).Select(message => scope.Probability(message.Signs)).ToList();
var inside = scored.Select(message => scope.Probability(message.Signs)).ToList();
if (outside.Count > 0)
{
    Console.WriteLine($"  out of scope: AUC {MessageMetrics.Auc(outside, inside):f4}, found {outside.Average(chance => chance > scope.Threshold ? 100.0 : 0):f1} % of {outside.Count} at {inside.Average(chance => chance > scope.Threshold ? 100.0 : 0):f1} % false alarms");
    Console.WriteLine($"  by 1 − confidence alone: AUC {MessageMetrics.Auc(trained.Model.Score(test.Where(label => label == MessageSet.OutOfScope).Texts).Select(message => 1.0 - calibration.Probabilities(message).Max()), probabilities.Select(p => 1.0 - p.Max())):f4}");
}

IEnumerable<double> Chances(int label) => probabilities.Zip(within.Labels).Where(pair => pair.Second == label).Select(pair => (double)pair.First[1]);

(MessageSet, MessageSet) Share(MessageSet set)
{
    var parts = set.Split(seed, .2);
    return (parts[1], parts[0]);
}

(MessageSet, MessageSet) Fold(MessageSet set, int fold)
{
    var parts = set.Split(seed, .2, .2, .2, .2);
    var rest = Enumerable.Range(0, 5).Where(part => part != fold).Select(part => parts[part]).ToList();
    return (new MessageSet([.. rest.SelectMany(part => part.Texts)], [.. rest.SelectMany(part => part.Labels)], set.Intents), parts[fold]);
}

static (MessageSet, MessageSet) Pair(List<(string Text, string? Intent)> train, List<(string Text, string? Intent)> test)
{
    var learned = MessageSet.Of(train);
    return (learned, MessageFiles.Like(MessageSet.Of(test), learned));
}
