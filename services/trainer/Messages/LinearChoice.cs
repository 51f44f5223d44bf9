using ModelOps.Features.Text.Linear;

namespace ModelOps.Trainer.Messages;

/// <summary>
/// Chooses the linear scores' cost and their share of naive Bayes, where they are not given: of a few settings the one under which
/// messages kept apart are likeliest. Long texts of few classes, such as reviews, like another than short ones of many.
/// </summary>
internal static class LinearChoice
{
    /// <summary>The first stays where no other is better by <see cref="LeastGain"/> of the loss.</summary>
    private static readonly SvmSettings[] Settings = [new(1, 0), new(1, .5f), new(.3f, .5f), new(.3f, 1), new(.1f, 1)];

    private const double LeastGain = .005;

    /// <summary>More messages would take longer and choose the same.</summary>
    private const int MostMessages = 20_000;

    public static AssistParameters Of(AssistParameters parameters, MessageSet learning, MessageSet choosing)
    {
        SvmSettings[] possible = [.. Settings.Select(setting => new SvmSettings((float)(parameters.Cost ?? setting.Cost), (float)(parameters.Bayes ?? setting.BayesShare))).Distinct()];
        if (possible.Length < 2 || choosing.Count == 0)
            return With(parameters, possible[0]);
        // From all over the file: one that is sorted would show but its first intents.
        var count = Math.Min(MostMessages, learning.Count);
        int[] some = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * learning.Count / count))];
        string[] texts = [.. some.Select(row => learning.Texts[row])];
        var vectorizer = TextVectorizer.Fit(texts, parameters.Terms);
        var (rows, asked) = (SparseRows.Of(vectorizer, texts), SparseRows.Of(vectorizer, choosing.Texts));
        double[] losses = [.. possible.Select(setting =>
            Calibration.LossOf(LinearSvm.Train(rows, [.. some.Select(row => learning.Labels[row])], learning.Intents.Count, setting).Score(asked), choosing.Labels))];
        var best = Array.IndexOf(losses, losses.Min());
        return With(parameters, possible[losses[best] < losses[0] * (1 - LeastGain) ? best : 0]);
    }

    private static AssistParameters With(AssistParameters parameters, SvmSettings setting) => parameters with { Cost = parameters.Cost ?? setting.Cost, Bayes = parameters.Bayes ?? setting.BayesShare };
}
