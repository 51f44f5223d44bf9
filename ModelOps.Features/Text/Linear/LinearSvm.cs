// Hsieh, Chang, Lin, Keerthi, Sundararajan: A dual coordinate descent method for large-scale linear SVM. ICML 2008, https://doi.org/10.1145/1390156.1390208
// Wang, Manning: Baselines and bigrams: simple, good sentiment and topic classification. ACL 2012, https://aclanthology.org/P12-2018
namespace ModelOps.Features.Text.Linear;

/// <param name="Cost">Of a squared hinge, beside half the squared length of the weights.</param>
/// <param name="BayesShare">0 to 1: how far a term's weight may grow by how telling it is for the class (naive Bayes' log-count ratio), instead of all terms alike.</param>
/// <param name="Passes">At most, over all texts.</param>
/// <param name="Tolerance">Of the projected gradient, at which a class is done.</param>
public sealed record SvmSettings(float Cost = 1, float BayesShare = 0, int Passes = 60, float Tolerance = .1f);

/// <summary>Support vector machines with squared hinge, one against the rest, each by coordinate descent in the dual with shrinking. The same weights on any number of threads.</summary>
public static class LinearSvm
{
    /// <param name="labels">(rows), 0 to <paramref name="classes"/> − 1.</param>
    public static LinearWeights Train(SparseRows rows, IReadOnlyList<int> labels, int classes, SvmSettings settings)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(settings);
        var (weights, bias) = (new float[(long)rows.Width * classes], new float[classes]);
        Parallel.For(0, classes, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, label =>
        {
            var problem = new BinarySvm(rows, [.. labels.Select(other => other == label)], settings);
            problem.Solve(label);
            for (var term = 0; term < rows.Width; term++)
                weights[(term * classes) + label] = problem.Weights[term];
            bias[label] = problem.Bias;
        });
        return new LinearWeights(weights, bias);
    }
}
