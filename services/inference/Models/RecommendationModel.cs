using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Contracts;
using ModelOps.Features;
using ModelOps.Inference.Batching;

namespace ModelOps.Inference.Models;

/// <summary>A verified package in memory: the ONNX session and the files that turn a shopper into its input and its output into products.</summary>
internal sealed class RecommendationModel : LoadedModel
{
    private readonly RankGraph graph;
    private readonly RankIndex? index;
    private readonly RankWays ways;
    private readonly Batcher<RankCall> batcher;
    private readonly ConcurrentBag<RankCall> calls = [];

    private RecommendationModel(
        StoreId store, string name, int version, InferenceSession session, FeatureSchema schema, ItemCatalogue catalogue, ShopperHistories shoppers, RelatedItems related, RankIndex? index, BatchingHost batching)
        : base(store, name, version, session, null, batching)
    {
        (Schema, Catalogue, Shoppers, Related, this.index) = (schema, catalogue, shoppers, related, index);
        Encoder = new SequenceEncoder(catalogue.Vocabulary, schema.Length);
        graph = new RankGraph(session, schema.Length, schema.Fusion is not null, catalogue.Items.Count + 1);
        ways = new RankWays(graph, index, batching.Metrics, BatchingHost.TagsOf(store, name, version));
        batcher = batching.Of(ways, store, name, version);
    }

    public FeatureSchema Schema { get; }

    public ItemCatalogue Catalogue { get; }

    public ShopperHistories Shoppers { get; }

    public RelatedItems Related { get; }

    public SequenceEncoder Encoder { get; }

    /// <exception cref="InvalidDataException">The package is not one that this build can serve.</exception>
    public static async Task<RecommendationModel> LoadAsync(StoreId store, string name, int version, string folder, BatchingHost batching, CancellationToken cancellationToken)
    {
        var schema = await FeatureSchema.ReadAsync(Path.Combine(folder, PackageFiles.Schema), cancellationToken);
        var catalogue = await ItemCatalogue.ReadAsync(Path.Combine(folder, PackageFiles.Items), cancellationToken);
        var shoppers = await ShopperHistories.ReadAsync(Path.Combine(folder, PackageFiles.Shoppers), cancellationToken);
        var related = await RelatedItems.ReadAsync(Path.Combine(folder, PackageFiles.Related), catalogue.Items.Count, cancellationToken);
        var model = new RecommendationModel(store, name, version, Open(Path.Combine(folder, PackageFiles.Model)), schema, catalogue, shoppers, related, RankIndex.TryOpen(folder, schema, catalogue.Items.Count, Open), batching);
        try
        {
            model.WarmUp();
        }
        catch
        {
            model.Dispose();
            throw;
        }
        return model;
    }

    /// <summary>The best items for one encoded history, best first; fewer than asked for where no more are allowed. Computed together with other calls.</summary>
    /// <param name="history">(length) item indices.</param>
    /// <param name="forbidden">Item indices that must not be in the answer.</param>
    /// <param name="own">The shopper's own counts by item index.</param>
    /// <param name="best">Filled from its beginning; at most as long as there are items.</param>
    /// <returns>How many were found.</returns>
    /// <exception cref="NotComputedException">There is too much to do, or the present deadline has passed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> RankAsync(long[] history, long[] forbidden, IReadOnlyDictionary<int, float> own, Memory<RankedItem> best, CancellationToken cancellationToken)
    {
        if (!calls.TryTake(out var call))
            call = new RankCall();
        try
        {
            await batcher.RunAsync(call.Ask(history, forbidden, own, best), Deadline.Current, cancellationToken);
            return call.Found;
        }
        finally
        {
            calls.Add(call.Ask([], [], ReadOnlyDictionary<int, float>.Empty, default));
        }
    }

    /// <summary>The user's vector among the products' of the index, for an encoded history; null where the package has no index.</summary>
    public float[]? VectorOf(long[] history) => index?.VectorOf(history);

    protected override void Free() => ways.Dispose();

    /// <summary>
    /// The first run allocates; shoppers should not wait for it. It also shows that the graph fits its catalogue: asked for every item
    /// and the padding, it finds no more than there are, as the padding is forbidden.
    /// </summary>
    private void WarmUp()
    {
        try
        {
            var all = new RankedItem[Catalogue.Items.Count + 1];
            var call = new RankCall().Ask(new long[Schema.Length], [], ReadOnlyDictionary<int, float>.Empty, all);
            graph.Compute([call]);
            if (call.Found <= Catalogue.Items.Count)
            {
                index?.WarmUp(Schema.Length);
                return;
            }
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
