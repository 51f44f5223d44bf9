using ModelOps.Contracts;
using ModelOps.Features;
using ModelOps.Features.Text;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Models;
using ModelOps.Inference.Texts;
using ModelOps.Search;
using ModelOps.Search.Packages;

namespace ModelOps.Inference.Search;

/// <summary>A catalogue's index with its weights and, where the package has them, the encoder of its queries and the reranker: answers words with products.</summary>
internal sealed class SearchModel : LoadedModel
{
    private SearchModel(StoreId store, string name, int version, SearchEngine engine, TextEncoder? encoder, TextEncoder? reranker) : base(store, name, version) => (Engine, Encoder, Reranker) = (engine, encoder, reranker);

    public SearchEngine Engine { get; }

    /// <summary>Makes a query's vector; null where words alone rank.</summary>
    public TextEncoder? Encoder { get; }

    /// <summary>Reads a query with a product; null where none orders the best again.</summary>
    public TextEncoder? Reranker { get; }

    /// <exception cref="InvalidDataException">The package cannot be read.</exception>
    public static async Task<SearchModel> LoadAsync(StoreId store, string name, int version, string folder, BatchingHost batching, CancellationToken cancellationToken)
    {
        var engine = await SearchPackage.OpenAsync(folder, cancellationToken);
        TextEncoder? encoder = null;
        try
        {
            encoder = EncoderOf(store, name, version, folder, engine, batching);
            var model = new SearchModel(store, name, version, engine, encoder, RerankerOf(store, name, version, folder, engine, batching));
            model.Engine.Search(model.Engine.Index.Products is [var first, ..] ? first.Title : null); // the first call compiles; shoppers should not wait for it
            return model;
        }
        catch
        {
            encoder?.Dispose();
            engine.Dispose();
            throw;
        }
    }

    private static TextEncoder? EncoderOf(StoreId store, string name, int version, string folder, SearchEngine engine, BatchingHost batching)
    {
        if (engine.Vectors is null || !engine.Settings.Weights.UsesVectors)
            return null;
        if (!File.Exists(Path.Combine(folder, PackageFiles.Encoder)))
            throw new InvalidDataException($"'{name}' version {version} has vectors of its products, but no {PackageFiles.Encoder} that makes those of queries. Train and register the search again.");
        var encoder = TextEncoder.Load(store, name, version, folder, batching);
        if (encoder.Description.Outputs == engine.Vectors.Dimensions)
            return encoder;
        encoder.Dispose();
        throw new InvalidDataException($"'{name}' version {version} has vectors of {engine.Vectors.Dimensions} numbers, its encoder makes {encoder.Description.Outputs}; they were not made together. Train and register the search again.");
    }

    private static TextEncoder? RerankerOf(StoreId store, string name, int version, string folder, SearchEngine engine, BatchingHost batching)
    {
        if (engine.Settings.Rerank is null)
            return null;
        if (!File.Exists(Path.Combine(folder, PackageFiles.Reranker)))
            throw new InvalidDataException($"'{name}' version {version} is to order its best again, but has no {PackageFiles.Reranker}. Train and register the search again.");
        var reranker = TextEncoder.Load(store, name, version, folder, PackageFiles.Reranker, PackageFiles.RerankerModel, batching);
        if (reranker.Description.Kind == EncoderKind.Rerank)
            return reranker;
        reranker.Dispose();
        throw new InvalidDataException($"'{name}' version {version} has a {PackageFiles.Reranker} that is for '{reranker.Description.Kind}'. Train and register the search again.");
    }

    protected override void Free()
    {
        Reranker?.Dispose();
        Encoder?.Dispose();
        Engine.Dispose();
    }
}
