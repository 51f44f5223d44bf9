using Microsoft.ML.OnnxRuntime;
using ModelOps.Contracts;
using ModelOps.Features;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ModelOps.Inference.Models;

/// <summary>A verified package in memory: the ONNX session and the files that turn a shopper into its input and its output into products.</summary>
internal sealed class RecommendationModel : IDisposable
{
    private static readonly string[] Inputs = [PackageGraph.History, PackageGraph.Forbidden, PackageGraph.Count];
    private static readonly string[] InputsWithOwn = [.. Inputs, PackageGraph.OwnItems, PackageGraph.OwnCounts];
    private static readonly string[] Outputs = [PackageGraph.Items, PackageGraph.Scores];

    private readonly InferenceSession session;
    private readonly RunOptions runOptions = new();
    private int leases = 1;

    private RecommendationModel(StoreId store, string name, int version, InferenceSession session, FeatureSchema schema, ItemCatalogue catalogue, ShopperHistories shoppers, RelatedItems related)
    {
        (Store, Name, Version, Schema, Catalogue, Shoppers, Related) = (store, name, version, schema, catalogue, shoppers, related);
        this.session = session;
        Encoder = new SequenceEncoder(catalogue.Vocabulary, schema.Length);
    }

    public StoreId Store { get; }

    public string Name { get; }

    public int Version { get; }

    public FeatureSchema Schema { get; }

    public ItemCatalogue Catalogue { get; }

    public ShopperHistories Shoppers { get; }

    public RelatedItems Related { get; }

    public SequenceEncoder Encoder { get; }

    /// <exception cref="InvalidDataException">The package is not one that this build can serve.</exception>
    public static async Task<RecommendationModel> LoadAsync(StoreId store, string name, int version, string folder, CancellationToken cancellationToken)
    {
        var schema = await FeatureSchema.ReadAsync(Path.Combine(folder, PackageFiles.Schema), cancellationToken);
        var catalogue = await ItemCatalogue.ReadAsync(Path.Combine(folder, PackageFiles.Items), cancellationToken);
        var shoppers = await ShopperHistories.ReadAsync(Path.Combine(folder, PackageFiles.Shoppers), cancellationToken);
        var related = await RelatedItems.ReadAsync(Path.Combine(folder, PackageFiles.Related), catalogue.Items.Count, cancellationToken);
        // One thread a call and many calls at once give the best throughput.
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
        var model = new RecommendationModel(store, name, version, new InferenceSession(Path.Combine(folder, PackageFiles.Model), options), schema, catalogue, shoppers, related);
        model.WarmUp();
        return model;
    }

    /// <summary>The best items for one encoded history, best first; fewer than asked for where no more are allowed.</summary>
    /// <param name="history">(length) item indices.</param>
    /// <param name="forbidden">Item indices that must not be in the answer.</param>
    /// <param name="own">The shopper's own counts by item index.</param>
    /// <param name="count">At most as many as there are items.</param>
    public RankedItem[] Rank(long[] history, long[] forbidden, IReadOnlyDictionary<int, float> own, int count)
    {
        var (items, scores) = Run(history, forbidden, own, count);
        var allowed = scores.AsSpan().IndexOf(float.NegativeInfinity);
        var answer = new RankedItem[allowed < 0 ? count : allowed];
        for (var rank = 0; rank < answer.Length; rank++)
            answer[rank] = new RankedItem((int)items[rank], scores[rank]);
        return answer;
    }

    private (long[] Items, float[] Scores) Run(long[] history, long[] forbidden, IReadOnlyDictionary<int, float> own, int count)
    {
        using var historyInput = OrtValue.CreateTensorValueFromMemory(history, [1, history.Length]);
        using var forbiddenInput = OrtValue.CreateTensorValueFromMemory(forbidden, [1, forbidden.Length]);
        using var countInput = OrtValue.CreateTensorValueFromMemory(new[] { (long)count }, [1]);
        if (Schema.Fusion is null)
            return Run(Inputs, [historyInput, forbiddenInput, countInput]);
        using var items = OrtValue.CreateTensorValueFromMemory(own.Keys.Select(index => (long)index).ToArray(), [1, own.Count]);
        using var counts = OrtValue.CreateTensorValueFromMemory(own.Values.ToArray(), [1, own.Count]);
        return Run(InputsWithOwn, [historyInput, forbiddenInput, countInput, items, counts]);
    }

    private (long[] Items, float[] Scores) Run(string[] names, OrtValue[] inputs)
    {
        using var outputs = session.Run(runOptions, names, inputs, Outputs);
        return (outputs[0].GetTensorDataAsSpan<long>().ToArray(), outputs[1].GetTensorDataAsSpan<float>().ToArray());
    }

    /// <summary>Keeps the model loaded while a call uses it; false when it is already going.</summary>
    public bool TryUse()
    {
        for (var current = Volatile.Read(ref leases); current > 0; current = Volatile.Read(ref leases))
        {
            if (Interlocked.CompareExchange(ref leases, current + 1, current) == current)
                return true;
        }
        return false;
    }

    /// <summary>Ends a use. The last one after <see cref="Dispose"/> frees the session.</summary>
    public void EndUse()
    {
        if (Interlocked.Decrement(ref leases) > 0)
            return;
        session.Dispose();
        runOptions.Dispose();
    }

    public void Dispose() => EndUse();

    /// <summary>
    /// The first run allocates; shoppers should not wait for it. It also shows that the graph fits its catalogue: asked for every item
    /// and the padding, it ends with the padding, which is worse than every item.
    /// </summary>
    private void WarmUp()
    {
        try
        {
            var (items, _) = Run(new long[Schema.Length], [], new Dictionary<int, float>(), Catalogue.Items.Count + 1);
            if (items[^1] == 0)
                return;
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InvalidDataException(Unfit(exception.Message), exception);
        }
        throw new InvalidDataException(Unfit("the graph knows more items"));
    }

    private string Unfit(string reason) =>
        $"The graph of '{Name}' version {Version} does not answer for the {Catalogue.Items.Count} items of its catalogue: {reason}. Train and register the model again.";
}
