namespace ModelOps.Search.Vectors;

/// <summary>What a query's vector says of a catalogue.</summary>
/// <param name="Cosines">By document.</param>
/// <param name="Nearest">Documents, the nearest first; at most <see cref="Most"/>, none below <see cref="Least"/>.</param>
public sealed record QueryNeighbours(IReadOnlyList<float> Cosines, IReadOnlyList<int> Nearest)
{
    /// <summary>Products that a query finds by their vectors alone.</summary>
    public const int Most = 100;

    /// <summary>Below this cosine a product is about something else.</summary>
    public const float Least = .3f;

    internal static QueryNeighbours Of(float[] cosines)
    {
        var nearest = new PriorityQueue<int, float>(Most + 1);
        for (var document = 0; document < cosines.Length; document++)
        {
            if (cosines[document] < Least || (nearest.Count == Most && nearest.TryPeek(out _, out var last) && cosines[document] <= last))
                continue;
            nearest.Enqueue(document, cosines[document]);
            if (nearest.Count > Most)
                nearest.Dequeue();
        }
        return new QueryNeighbours(cosines, [.. nearest.UnorderedItems.OrderByDescending(item => item.Priority).ThenBy(item => item.Element).Select(item => item.Element)]);
    }
}
