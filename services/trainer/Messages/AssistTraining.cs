using ModelOps.Contracts.Runs;
using ModelOps.Features.Assist;
using ModelOps.Features.Text.Linear;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Messages;

/// <summary>
/// Three trainings. The first learns from most messages and is chosen for and measured on the others. The second does not know some of the
/// intents, whose messages show what a message out of scope looks like. The third learns from all and is deployed.
/// </summary>
public sealed class AssistTraining(AssistParameters parameters, Action<WorkerMessage> report)
{
    private const int FewestIntents = 2, FewestMessages = 20;

    /// <summary>Of the intents that the second training does not know; half of them for fitting, half for measuring.</summary>
    private const double LeftOut = .3;

    private int passes;

    /// <exception cref="TrainingException">There are too few messages or intents.</exception>
    public TrainedAssist Run(MessageSet messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var within = messages.Within();
        if (messages.Intents.Count < FewestIntents || within.Count < FewestMessages)
            throw new TrainingException($"The dataset has {within.Count} messages of {messages.Intents.Count} intents; a classifier needs at least {FewestMessages} of {FewestIntents}. Upload more messages with a column 'intent'.");
        var parts = messages.Split(parameters.Seed, parameters.HeldOut / 2, parameters.HeldOut / 2);
        var (choosing, measuring, learning) = (parts[0], parts[1], parts[2]);
        report(new WorkerMessage(Phase: "choose"));
        parameters = LinearChoice.Of(parameters, learning.Within(), choosing.Within());
        report(new WorkerMessage(Phase: "validate"));
        using var first = Train(learning.Within(), Math.Min(1, parameters.Networks), "validate");
        var chosen = choosing.Within();
        var calibration = Calibration.Of(first.Score(chosen.Texts), chosen.Labels);
        var test = measuring.Within();
        var probabilities = first.Score(test.Texts).Select(calibration.Probabilities).ToList();
        report(new WorkerMessage(Phase: "scope"));
        var (scope, auc, alone) = FitScope(learning, choosing, measuring, first);
        report(new WorkerMessage(Phase: "refit"));
        var final = Train(within, parameters.Networks, "refit");
        var metrics = Measure(probabilities, test.Labels);
        metrics["ece"] = MessageMetrics.CalibrationError(probabilities, test.Labels);
        metrics["oos_auc"] = auc;
        metrics["cases"] = test.Count;
        metrics["intents"] = messages.Intents.Count;
        return new TrainedAssist(final, parameters, alone, new AssistSettings(messages.Intents, MessageModel.Buckets, calibration.Blend, calibration.Sharpness, scope), metrics, Compare(metrics, learning.Within(), test));
    }

    private MessageModel Train(MessageSet set, int networks, string phase) => MessageModel.Train(set.Texts, set.Labels, set.Intents.Count, parameters, networks, (_, loss, seconds) =>
        report(new WorkerMessage(Epoch: new EpochPoint(phase, ++passes, loss, null, null, seconds))));

    /// <summary>Messages that say that they are out of scope teach it directly; intents that a training leaves out stand for those that nobody thought of.</summary>
    private (ScopeRule Rule, double Auc, IReadOnlyDictionary<string, double> Alone) FitScope(MessageSet learning, MessageSet choosing, MessageSet measuring, MessageModel first)
    {
        var order = Enumerable.Range(0, learning.Intents.Count).ToArray();
        new Random(parameters.Seed).Shuffle(order);
        var half = (int)Math.Round(learning.Intents.Count * LeftOut / 2);
        int[] fitting = order[..half], judging = order[half..(2 * half)], known = order[(2 * half)..];
        var (inside, outside, insideJudged, outsideJudged) = (new List<double[]>(), new List<double[]>(), new List<double[]>(), new List<double[]>());
        if (half > 0)
        {
            using var second = Train(learning.Only(known), Math.Min(1, parameters.Networks), "scope");
            inside.AddRange(Signs(second, choosing.Only(known)));
            outside.AddRange(Signs(second, choosing.Only(fitting)).Concat(Signs(second, learning.Only(fitting))));
            insideJudged.AddRange(Signs(second, measuring.Only(known)));
            outsideJudged.AddRange(Signs(second, measuring.Only(judging)).Concat(Signs(second, learning.Only(judging))));
        }
        else
        {
            inside.AddRange(Signs(first, choosing.Within()));
            insideJudged.AddRange(Signs(first, measuring.Within()));
        }
        outside.AddRange(Signs(first, learning.Where(IsOut)).Concat(Signs(first, choosing.Where(IsOut))));
        outsideJudged.AddRange(Signs(first, measuring.Where(IsOut)));
        if (inside.Count == 0 || outside.Count == 0)
            return (ScopeFit.WithoutExamples(inside, parameters.ScopeKept), .5, new Dictionary<string, double>());
        var measured = ScopeFit.Of(inside, outside, parameters.ScopeKept);
        var auc = MessageMetrics.Auc(outsideJudged.Select(signs => measured.Probability(signs)), insideJudged.Select(signs => measured.Probability(signs)));
        var alone = ScopeRule.Names.Index().ToDictionary(sign => sign.Item, sign => Sided(MessageMetrics.Auc(outsideJudged.Select(signs => signs[sign.Index]), insideJudged.Select(signs => signs[sign.Index]))));
        // What measured the rule may teach the one that is deployed: it has seen twice as many intents that it does not know.
        return (ScopeFit.Of([.. inside, .. insideJudged], [.. outside, .. outsideJudged], parameters.ScopeKept), auc, alone);

        // Of some signs a high value speaks for it, of others a low one.
        static double Sided(double auc) => Math.Max(auc, 1 - auc);

        static bool IsOut(int label) => label == MessageSet.OutOfScope;
    }

    private static IEnumerable<double[]> Signs(MessageModel model, MessageSet set) => model.Score(set.Texts).Select(scored => scored.Signs);

    private static Dictionary<string, double> Measure(IReadOnlyList<float[]> scores, IReadOnlyList<int> labels)
    {
        var accuracy = MessageMetrics.Accuracy(scores, labels);
        var (low, high) = MessageMetrics.Interval(accuracy, labels.Count);
        return new() { ["accuracy"] = accuracy, ["accuracy.low"] = low, ["accuracy.high"] = high, ["macro_f1"] = MessageMetrics.MacroF1(scores, labels) };
    }

    /// <summary>Beside the model, on the same messages: the intent that most have, and the textbook's TF-IDF with logistic regression.</summary>
    private static Dictionary<string, IReadOnlyDictionary<string, double>> Compare(Dictionary<string, double> model, MessageSet learning, MessageSet test)
    {
        var majority = new float[learning.Intents.Count];
        majority[learning.Labels.CountBy(label => label).MaxBy(count => count.Value).Key] = 1;
        var vectorizer = TextVectorizer.Fit(learning.Texts, new TermSettings());
        var logistic = LogisticRegression.Train(SparseRows.Of(vectorizer, learning.Texts), learning.Labels, learning.Intents.Count, new LogisticSettings());
        return new()
        {
            ["model"] = model,
            ["majority"] = Measure([.. test.Labels.Select(_ => majority)], test.Labels),
            ["tfidf-lr"] = Measure(logistic.Score(SparseRows.Of(vectorizer, test.Texts)), test.Labels),
        };
    }
}

/// <param name="Parameters">With what the training chose.</param>
/// <param name="ScopeAlone">How often each sign alone tells a message that is out of scope from one within.</param>
/// <param name="Metrics">On messages that neither training nor choosing has seen: <c>accuracy</c>, <c>macro_f1</c>, <c>ece</c>, <c>oos_auc</c>, <c>cases</c>, <c>intents</c>.</param>
public sealed record TrainedAssist(
    MessageModel Model, AssistParameters Parameters, IReadOnlyDictionary<string, double> ScopeAlone, AssistSettings Settings, IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Comparison) : IDisposable
{
    public void Dispose() => Model.Dispose();
}
