using Microsoft.ML.OnnxRuntime;
using ModelOps.Contracts;
using ModelOps.Features;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ModelOps.Inference.Models;

/// <summary>A verified package in memory: the ONNX session and the files that turn a shopper into its input and its output into products.</summary>
internal sealed class RecommendationModel : IDisposable
{
    private static readonly string[] Inputs = [PackageFiles.HistoryInput];
    private static readonly string[] Outputs = [PackageFiles.ScoresOutput];

    private readonly InferenceSession session;
    private readonly RunOptions runOptions = new();
    private int leases = 1;

    private RecommendationModel(StoreId store, string name, int version, InferenceSession session, FeatureSchema schema, ItemCatalogue catalogue, ShopperHistories shoppers)
    {
        (Store, Name, Version, Schema, Catalogue, Shoppers) = (store, name, version, schema, catalogue, shoppers);
        this.session = session;
        Encoder = new SequenceEncoder(catalogue.Vocabulary, schema.Length);
    }

    public StoreId Store { get; }

    public string Name { get; }

    public int Version { get; }

    public FeatureSchema Schema { get; }

    public ItemCatalogue Catalogue { get; }

    public ShopperHistories Shoppers { get; }

    public SequenceEncoder Encoder { get; }

    /// <exception cref="InvalidDataException">The package is not one that this build can serve.</exception>
    public static async Task<RecommendationModel> LoadAsync(StoreId store, string name, int version, string folder, CancellationToken cancellationToken)
    {
        var schema = await FeatureSchema.ReadAsync(Path.Combine(folder, PackageFiles.Schema), cancellationToken);
        var catalogue = await ItemCatalogue.ReadAsync(Path.Combine(folder, PackageFiles.Items), cancellationToken);
        var shoppers = await ShopperHistories.ReadAsync(Path.Combine(folder, PackageFiles.Shoppers), cancellationToken);
        // One thread a call and many calls at once give the best throughput.
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
        var model = new RecommendationModel(store, name, version, new InferenceSession(Path.Combine(folder, PackageFiles.Model), options), schema, catalogue, shoppers);
        model.WarmUp();
        return model;
    }

    /// <summary>Scores every item for one encoded history.</summary>
    /// <param name="history">(length) item indices.</param>
    /// <param name="use">Sees the scores (items + 1), which it may change and must not keep.</param>
    public void Score(long[] history, Action<Span<float>> use)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(history, [1, history.Length]);
        using var outputs = session.Run(runOptions, Inputs, [input], Outputs);
        use(outputs[0].GetTensorMutableDataAsSpan<float>());
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

    /// <summary>The first run allocates; shoppers should not wait for it. It also shows that the graph fits its catalogue.</summary>
    private void WarmUp()
    {
        var columns = 0;
        Score(new long[Schema.Length], scores => columns = scores.Length);
        if (columns != Catalogue.Items.Count + 1)
            throw new InvalidDataException($"The graph of '{Name}' version {Version} scores {columns - 1} items, its catalogue has {Catalogue.Items.Count}.");
    }
}
