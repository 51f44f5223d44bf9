// Measures labels on public texts whose true labels are held out:  dotnet run -c Release --project bench/labels [-- ../shared/data] [scale=1000000]
// 1. Neighbours: a tenth of each set (banking77: its own test file) is asked of the rest, beside multinomial naive Bayes on the same words.
// 2. Weak supervision: functions in functions/*.yaml, written without looking at held-out rows; majority and the label model, beside the best that the same votes allow.
// 3. Scale: that many products, one in ten without a category.
using ModelOps.Bench.Labels;

var data = args.FirstOrDefault(argument => !argument.Contains('=')) ?? Path.Combine("..", "shared", "data");
if (args.FirstOrDefault(argument => argument.StartsWith("scale=", StringComparison.Ordinal)) is { } scale)
{
    Scale.Run(int.Parse(scale["scale=".Length..], System.Globalization.CultureInfo.InvariantCulture));
    return;
}
foreach (var set in LabelledTexts.All(data))
    Neighbours.Measure(set);
WeakSupervision.Measure("banking77 intents", "banking77.yaml", $"SELECT text, category FROM read_csv('{data}/banking77/test.csv', all_varchar=true, header=true)");
WeakSupervision.Measure("zh-reviews sentiment", "zh-sentiment.yaml", $"SELECT review, CASE label WHEN '1' THEN 'good' ELSE 'bad' END FROM read_csv('{data}/zh-reviews/online_shopping_10_cats.csv', all_varchar=true, header=true) WHERE review IS NOT NULL");
