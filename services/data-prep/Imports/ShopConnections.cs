using ModelOps.Contracts;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Imports;

/// <summary>
/// The connections that operators have given stores, from the configuration section <c>ShopConnections:{store}:{name}</c>, that is from
/// secrets: an environment variable <c>ShopConnections__main__shopdb</c>, user secrets or a key vault. Requests, lineage and reports know only the name.
/// </summary>
internal sealed class ShopConnections(IConfiguration configuration)
{
    /// <exception cref="UploadException">The store has no connection of that name.</exception>
    public string Find(StoreId store, string name) => configuration[$"ShopConnections:{store.Value}:{name}"] is { Length: > 0 } connection
        ? connection
        : throw new UploadException($"The store '{store}' has no connection '{name}'. An operator adds it as the secret ShopConnections__{store}__{name}.");
}
