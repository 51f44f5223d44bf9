using System.Diagnostics;
using ModelOps.Features;
using ModelOps.Features.Retrieval;
using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Retrieval;

/// <summary>A question, its vector, and what the exact graph answers.</summary>
internal sealed record AnsweredQuestion(Question Question, float[] Vector, RankedItem[] Answer);

/// <summary>An index and the exact graph, asked the same.</summary>
internal sealed class IndexComparison : IDisposable
{
    private const int Together = 16, MostTimed = 200;
    private readonly ExportedModel graph;
    private readonly ItemIndex index;
    private readonly UserModel users;
    private readonly FrequencyFusion? fusion;

    public IndexComparison(ProductModel model, float[] vectors, string modelPath, string indexPath, string userPath, FrequencyFusion? fusion)
    {
        this.fusion = fusion;
        index = ItemIndex.Open(indexPath);
        users = new UserModel(userPath, vectors, model.Dimensions, model.Length);
        graph = new ExportedModel(modelPath);
    }

    public List<AnsweredQuestion> Ask(IReadOnlyList<Question> questions, int depth) =>
        [.. questions.Chunk(Together).SelectMany(batch => batch.Zip(graph.Rank(batch, Math.Min(depth, index.Items))).Select(pair => new AnsweredQuestion(pair.First, users.Vectors(pair.First.History.Span), pair.Second)))];

    /// <summary>Of the graph's first <paramref name="depth"/>, the share that is among the index's; the mean over the rows.</summary>
    public double Recall(IReadOnlyList<AnsweredQuestion> rows, float reach, int depth)
    {
        var search = new IndexSearch(index) { Reach = reach };
        return rows.Average(row =>
        {
            var wanted = row.Answer.Take(depth).Select(item => item.Index).ToHashSet();
            return wanted.Count == 0 ? 1 : Rank(search, row, depth).Count(item => wanted.Contains(item.Index)) / (double)wanted.Count;
        });
    }

    /// <summary>The largest difference of a score that both give, over its size where that is above 1.</summary>
    /// <exception cref="ParityException">It is above what an export may differ by.</exception>
    public double Parity(IReadOnlyList<AnsweredQuestion> rows, float reach, int depth)
    {
        var search = new IndexSearch(index) { Reach = reach };
        var largest = 0.0;
        foreach (var row in rows)
        {
            var expected = row.Answer.ToDictionary(item => item.Index, item => item.Score);
            foreach (var (item, score) in Rank(search, row, depth))
                largest = Math.Max(largest, expected.TryGetValue(item, out var exact) ? Math.Abs(score - exact) / Math.Max(1, Math.Abs(exact)) : 0);
        }
        return largest <= ParityCheck.Tolerance
            ? largest
            : throw new ParityException($"The index scores items otherwise than the exported graph, by {largest:g3}, more than {ParityCheck.Tolerance:g1}. It is not registered. Run the training again, or with index: none.");
    }

    /// <summary>Milliseconds for one row alone, from its history on: the index's, and the graph's.</summary>
    public (double Index, double Graph) Times(IReadOnlyList<AnsweredQuestion> rows, float reach, int depth)
    {
        var search = new IndexSearch(index) { Reach = reach };
        var timed = rows.Take(MostTimed).ToList();
        var started = Stopwatch.GetTimestamp();
        foreach (var row in timed)
            Rank(search, row with { Vector = users.Vectors(row.Question.History.Span) }, depth);
        var milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds / timed.Count;
        return (milliseconds, timed.Average(row => graph.Time(row.Question, Math.Min(depth, index.Items))));
    }

    private RankedItem[] Rank(IndexSearch search, AnsweredQuestion row, int depth)
    {
        var top = new RankedItem[Math.Min(depth, index.Items)];
        var found = search.Search(row.Vector, [.. row.Question.Forbidden.Select(item => (long)item)], fusion, row.Question.Own, top);
        return top[..found];
    }

    public void Dispose()
    {
        graph.Dispose();
        users.Dispose();
        index.Dispose();
    }
}
