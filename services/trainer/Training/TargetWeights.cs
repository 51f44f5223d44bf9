namespace ModelOps.Trainer.Training;

/// <summary>What each item of a history counts as a target: by its event, and less the older it is.</summary>
/// <param name="counts">How many interactions of each user may be learned from; age is measured from the newest of them.</param>
/// <param name="halfLifeDays">An interaction of this age counts half; null where age does not matter.</param>
internal sealed class TargetWeights(Interactions interactions, int[] counts, double? halfLifeDays)
{
    private const double SecondsADay = 86_400;
    private readonly bool alike = halfLifeDays is null && Array.TrueForAll(interactions.All, interaction => interaction.Weight == 1);
    private readonly long newest = Enumerable.Range(0, counts.Length).Where(user => counts[user] > 0)
        .Select(user => interactions.Of(user, counts[user])[^1].Seconds).DefaultIfEmpty().Max();

    /// <summary>Beside <see cref="Interactions.Sequence"/>: the most of an item's run. Null where all interactions count the same.</summary>
    public float[]? Of(int user)
    {
        if (alike)
            return null;
        var weights = new List<float>();
        var last = 0;
        foreach (var interaction in interactions.Of(user, counts[user]))
        {
            var weight = Of(interaction);
            if (interaction.Item == last)
                weights[^1] = Math.Max(weights[^1], weight);
            else
                weights.Add(weight);
            last = interaction.Item;
        }
        return [.. weights];
    }

    private float Of(Interaction interaction) => halfLifeDays is not { } halfLife
        ? interaction.Weight
        : (float)(interaction.Weight * Math.Pow(0.5, Math.Max(0, newest - interaction.Seconds) / SecondsADay / halfLife));
}
