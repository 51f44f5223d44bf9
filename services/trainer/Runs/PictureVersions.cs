using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Versions;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Runs;

/// <summary>Settles which version of a model of pictures a run takes: the champion when it is accepted, so that an attempt, or a reproduction, takes the same.</summary>
public sealed class PictureVersions(RegistryClient registry)
{
    private const string Parameter = "pictures", Champion = "champion";

    /// <param name="errors">Gets what is wrong with it, and what to do.</param>
    /// <returns>The parameters, with a version.</returns>
    public async Task<IReadOnlyDictionary<string, JsonElement>> SettleAsync(StoreId store, IReadOnlyDictionary<string, JsonElement> parameters, Dictionary<string, string[]> errors, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(errors);
        if (parameters.GetValueOrDefault(Parameter) is not { ValueKind: JsonValueKind.String } given || ModelReference.Of(given.GetString()!) is not { Version: null } named)
            return parameters;
        if ((await registry.FindAsync(store, named.Model, cancellationToken))?.Aliases.TryGetValue(Champion, out var version) is true)
            return new Dictionary<string, JsonElement>(parameters) { [Parameter] = JsonSerializer.SerializeToElement((named with { Version = version }).ToString()) };
        errors[Parameter] = [$"The store has no model of pictures '{named.Model}' with a champion. Run the pipeline 'images' first (docs/pictures.md), or leave 'pictures' out."];
        return parameters;
    }
}
