namespace ModelOps.Trainer.Retrieval;

/// <summary>What an index was measured to give, held against the exact graph on real histories.</summary>
/// <param name="Kept">True where it is in the package; else the graph answers everything.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Recall">By depth: of the items that the graph ranks so high, the share that the index finds; the mean over the rows.</param>
/// <param name="Depth">The most items that it answers.</param>
/// <param name="Parity">The largest difference of a score that both give.</param>
/// <param name="Milliseconds">For one row on one thread, the mean, at a depth of 100. Of this machine.</param>
/// <param name="GraphMilliseconds">The same of the graph.</param>
/// <param name="Seconds">That making it took.</param>
public sealed record IndexReport(
    bool Kept, string Reason, IReadOnlyDictionary<int, double> Recall, int Depth = 0, int Rows = 0, int Lists = 0, float Reach = 0, double Parity = 0, double Milliseconds = 0, double GraphMilliseconds = 0, long Bytes = 0, double Seconds = 0)
{
    /// <summary>The depth that the gate asks about.</summary>
    public const int GatedDepth = 100;

    /// <summary>None was made.</summary>
    public static IndexReport None(string reason) => new(false, reason, new Dictionary<int, double>());
}
