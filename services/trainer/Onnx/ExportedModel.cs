using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Features;

namespace ModelOps.Trainer.Onnx;

/// <summary>What a shopper asks a package's graph.</summary>
/// <param name="History">Encoded.</param>
/// <param name="Forbidden">Items that must not be in the answer.</param>
/// <param name="Own">The shopper's counts by item; said only where the graph asks for them.</param>
public sealed record Question(ReadOnlyMemory<long> History, IReadOnlyCollection<int> Forbidden, IReadOnlyDictionary<int, float> Own)
{
    /// <summary>All items for <paramref name="history"/>.</summary>
    public static Question Of(ReadOnlyMemory<long> history) => new(history, [], new Dictionary<int, float>());
}

/// <summary>A package's graph in ONNX Runtime, as inference runs it: a thread a call.</summary>
public sealed class ExportedModel : IDisposable
{
    private static readonly string[] Outputs = [PackageGraph.Items, PackageGraph.Scores];
    private readonly Microsoft.ML.OnnxRuntime.SessionOptions options = new() { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
    private readonly RunOptions run = new();
    private readonly InferenceSession session;
    private readonly bool asksForOwn;

    public ExportedModel(string path)
    {
        session = new InferenceSession(path, options);
        asksForOwn = session.InputNames.Contains(PackageGraph.OwnItems);
    }

    /// <returns>For each question at most <paramref name="count"/> allowed items, best first.</returns>
    public RankedItem[][] Rank(IReadOnlyList<Question> questions, int count)
    {
        ArgumentNullException.ThrowIfNull(questions);
        var inputs = Inputs(questions, count);
        try
        {
            using var outputs = session.Run(run, inputs.Keys, inputs.Values, Outputs);
            var items = outputs[0].GetTensorDataAsSpan<long>();
            var scores = outputs[1].GetTensorDataAsSpan<float>();
            var answers = new RankedItem[questions.Count][];
            for (var row = 0; row < answers.Length; row++)
                answers[row] = Answer(items.Slice(row * count, count), scores.Slice(row * count, count));
            return answers;
        }
        finally
        {
            foreach (var input in inputs.Values)
                input.Dispose();
        }
    }

    /// <summary>Milliseconds for one question alone.</summary>
    public double Time(Question question, int count)
    {
        var started = Stopwatch.GetTimestamp();
        Rank([question], count);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static RankedItem[] Answer(ReadOnlySpan<long> items, ReadOnlySpan<float> scores)
    {
        var answer = new List<RankedItem>(items.Length);
        for (var rank = 0; rank < items.Length && scores[rank] > float.NegativeInfinity; rank++)
            answer.Add(new RankedItem((int)items[rank], scores[rank]));
        return [.. answer];
    }

    private Dictionary<string, OrtValue> Inputs(IReadOnlyList<Question> questions, int count)
    {
        var inputs = new Dictionary<string, OrtValue>
        {
            [PackageGraph.History] = Tensor(questions, questions[0].History.Length, question => question.History.Span),
            [PackageGraph.Forbidden] = Tensor<long>(questions, questions.Max(question => question.Forbidden.Count), question => question.Forbidden.Select(item => (long)item).ToArray()),
            [PackageGraph.Count] = OrtValue.CreateTensorValueFromMemory(new[] { (long)count }, [1]),
        };
        if (!asksForOwn)
            return inputs;
        var own = questions.Max(question => question.Own.Count);
        inputs[PackageGraph.OwnItems] = Tensor<long>(questions, own, question => question.Own.Keys.Select(item => (long)item).ToArray());
        inputs[PackageGraph.OwnCounts] = Tensor<float>(questions, own, question => question.Own.Values.ToArray());
        return inputs;
    }

    private delegate ReadOnlySpan<T> Row<T>(Question question);

    /// <summary>A row a question, padded with 0 on the right.</summary>
    private static OrtValue Tensor<T>(IReadOnlyList<Question> questions, int columns, Row<T> row) where T : unmanaged
    {
        var values = new T[questions.Count * columns];
        for (var i = 0; i < questions.Count; i++)
            row(questions[i]).CopyTo(values.AsSpan(i * columns));
        return OrtValue.CreateTensorValueFromMemory(values, [questions.Count, columns]);
    }

    public void Dispose()
    {
        session.Dispose();
        options.Dispose();
        run.Dispose();
    }
}
