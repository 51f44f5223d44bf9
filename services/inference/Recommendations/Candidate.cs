namespace ModelOps.Inference.Recommendations;

/// <summary>A product on its way into an answer.</summary>
internal sealed class Candidate(int index, double score, string reason)
{
    private List<string>? rules;

    public int Index => index;

    public double Score { get; private set; } = score;

    /// <summary>What orders the candidates of one answer, whatever source each is from.</summary>
    public double Weight { get; set; } = score;

    public string Reason => reason;

    /// <summary>The names of the rules that moved it.</summary>
    public IReadOnlyList<string>? Rules => rules;

    public void MovedBy(string rule, double by = 0)
    {
        (rules ??= []).Add(rule);
        Score += by;
        Weight += by;
    }
}
