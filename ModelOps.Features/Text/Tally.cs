namespace ModelOps.Features.Text;

/// <summary>Likeness by text, emptied by touching only what was touched.</summary>
internal sealed class Tally(int count)
{
    private readonly float[] sums = new float[count];
    private readonly List<int> touched = [];

    public void Add(int text, double likeness)
    {
        if (sums[text] == 0)
            touched.Add(text);
        sums[text] += (float)likeness;
    }

    /// <summary>The greatest first, of equal ones the first text; empties the tally.</summary>
    public IReadOnlyList<(int Text, float Likeness)> Take(int most, int except)
    {
        var nearest = new PriorityQueue<int, (float, int)>(most + 1);
        foreach (var text in touched.Where(text => text != except))
        {
            var rank = (sums[text], -text);
            if (nearest.Count < most)
                nearest.Enqueue(text, rank);
            else if (nearest.TryPeek(out _, out var lowest) && rank.CompareTo(lowest) > 0)
                nearest.EnqueueDequeue(text, rank);
        }
        var taken = nearest.UnorderedItems.Select(item => (Text: item.Element, Likeness: sums[item.Element])).OrderByDescending(item => item.Likeness).ThenBy(item => item.Text).ToList();
        foreach (var text in touched)
            sums[text] = 0;
        touched.Clear();
        return taken;
    }
}
