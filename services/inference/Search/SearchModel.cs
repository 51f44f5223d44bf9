using ModelOps.Contracts;
using ModelOps.Inference.Models;
using ModelOps.Search;
using ModelOps.Search.Packages;

namespace ModelOps.Inference.Search;

/// <summary>A catalogue's index with its weights: answers words with products.</summary>
internal sealed class SearchModel : LoadedModel
{
    private SearchModel(StoreId store, string name, int version, SearchEngine engine) : base(store, name, version) => Engine = engine;

    public SearchEngine Engine { get; }

    /// <exception cref="InvalidDataException">The package cannot be read.</exception>
    public static async Task<SearchModel> LoadAsync(StoreId store, string name, int version, string folder, CancellationToken cancellationToken)
    {
        var model = new SearchModel(store, name, version, await SearchPackage.OpenAsync(folder, cancellationToken));
        model.Engine.Search(model.Engine.Index.Products is [var first, ..] ? first.Title : null); // the first call compiles; shoppers should not wait for it
        return model;
    }

    protected override void Free() => Engine.Dispose();
}
