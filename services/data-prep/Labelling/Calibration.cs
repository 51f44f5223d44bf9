// Zadrozny, Elkan: Transforming classifier scores into accurate multiclass probability estimates. 2002, https://doi.org/10.1145/775047.775151
namespace ModelOps.DataPrep.Labelling;

/// <summary>
/// What a share of votes is worth: of labels that were named first with this share, how many were right. Never falls as the share rises
/// (isotonic regression, pool adjacent violators).
/// </summary>
internal sealed class Calibration
{
    private readonly double[] from;
    private readonly double[] right;

    /// <param name="answers">A label's share of the votes, and whether it was right.</param>
    public Calibration(IEnumerable<(double Share, bool IsRight)> answers)
    {
        var blocks = new List<(double From, double Right, double Count)>();
        foreach (var same in answers.GroupBy(answer => answer.Share).OrderBy(group => group.Key))
        {
            blocks.Add((same.Key, same.Count(answer => answer.IsRight), same.Count()));
            while (blocks.Count > 1 && blocks[^2].Right / blocks[^2].Count >= blocks[^1].Right / blocks[^1].Count)
            {
                var (a, b) = (blocks[^2], blocks[^1]);
                blocks.RemoveRange(blocks.Count - 2, 2);
                blocks.Add((a.From, a.Right + b.Right, a.Count + b.Count));
            }
        }
        from = [.. blocks.Select(block => block.From)];
        // A few answers prove little: two more, one right and one wrong, are added to each block.
        right = [.. blocks.Select(block => (block.Right + 1) / (block.Count + 2))];
    }

    /// <summary>How likely a label with this share of the votes is right.</summary>
    public double Of(double share)
    {
        var at = Array.BinarySearch(from, share);
        at = at >= 0 ? at : ~at - 1;
        // Less than was ever seen is worth less than that.
        return right.Length == 0 ? .5 : at >= 0 ? right[at] : right[0] * share / from[0];
    }
}
