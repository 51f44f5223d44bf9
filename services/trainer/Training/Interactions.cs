using ModelOps.Features;

namespace ModelOps.Trainer.Training;

/// <summary>A shopper did something with an item.</summary>
/// <param name="Item">Index in the vocabulary.</param>
/// <param name="Counted">True when it is a target event, such as a purchase.</param>
/// <param name="Seconds">Since 1970.</param>
public readonly record struct Interaction(int Item, bool Counted, long Seconds)
{
    /// <summary>How much it counts as a target of learning.</summary>
    public float Weight { get; init; } = 1;
}

/// <summary>Everything that shoppers did, by shopper and then by time.</summary>
/// <param name="Users">By user index.</param>
/// <param name="Offsets">Where each user's interactions begin in <paramref name="All"/>; one more entry than users.</param>
public sealed record Interactions(string[] Users, int[] Offsets, Interaction[] All, Vocabulary Vocabulary)
{
    /// <summary>Everything of a user.</summary>
    public ReadOnlySpan<Interaction> Of(int user) => All.AsSpan(Offsets[user]..Offsets[user + 1]);

    /// <summary>The first <paramref name="count"/> of a user.</summary>
    public ReadOnlySpan<Interaction> Of(int user, int count) => All.AsSpan(Offsets[user], count);

    /// <summary>How many interactions each user has: all that there is to learn from.</summary>
    public int[] Everything() => [.. Users.Select((_, user) => Offsets[user + 1] - Offsets[user])];

    /// <summary>The last item that somebody chose: the vocabulary begins with all of them.</summary>
    public int Chosen { get; } = All.Select(interaction => interaction.Item).DefaultIfEmpty().Max();

    public long LastSeconds => All.Length == 0 ? 0 : All.Max(interaction => interaction.Seconds);

    /// <summary>The items of each user up to <paramref name="counts"/>, the user whose last one is oldest first.</summary>
    public int[][] Sequences(int[] counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return [.. Enumerable.Range(0, Users.Length).Where(user => counts[user] > 0)
            .OrderBy(user => All[Offsets[user] + counts[user] - 1].Seconds)
            .Select(user => Sequence(user, counts[user]).ToArray())];
    }

    /// <summary>A user's items up to <paramref name="count"/> interactions, an item repeated at once counted once.</summary>
    public List<int> Sequence(int user, int count)
    {
        var items = new List<int>(count);
        foreach (var interaction in Of(user, count))
        {
            if (items.Count == 0 || items[^1] != interaction.Item)
                items.Add(interaction.Item);
        }
        return items;
    }
}
