using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Exports;
using ModelOps.Contracts.Predictions;

namespace ModelOps.Pipeline.Exports;

/// <summary>Finds for whom an export is.</summary>
internal sealed class ExportAudience(InferenceClient inference, DataPrepClient dataPrep)
{
    private const int MostListed = 100_000;
    private const int Everybody = 10_000_000;

    /// <returns>Null when nothing is wrong.</returns>
    public static string? Wrong(ExportUsers? users)
    {
        const string Forms = """Say for whom: "users":{"all":true}, {"list":["…"]} or {"dataset":"…","tags":{"segment":"…"}}.""";
        if (users is null || new[] { users.All, users.List is not null, users.Dataset is not null }.Count(given => given) != 1)
            return Forms;
        if (users.Dataset is null && (users.Version is not null || users.Tags is not null))
            return $"'version' and 'tags' are a dataset's. {Forms}";
        if (users.List is { Count: 0 or > MostListed })
            return $"'list' has {users.List.Count} users; it goes from 1 to {MostListed}. More are a dataset's: upload them to data-prep.";
        return users.List?.Any(string.IsNullOrEmpty) == true ? "'list' has a user without an id." : null;
    }

    /// <summary>Each once, in an order of their own.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(StoreId store, string model, ExportUsers users, CancellationToken cancellationToken)
    {
        if (users.List is { } list)
            return [.. list.Distinct()];
        if (users.Dataset is not { } dataset)
            return await inference.SampleShoppersAsync(store, model, Everybody, cancellationToken);
        var version = users.Version ?? (await dataPrep.FindAsync(store, dataset, cancellationToken))?.LatestVersion
            ?? throw new Jobs.FinalJobFailureException($"There is no dataset '{dataset}'. Upload it to data-prep first.");
        return await dataPrep.ListUsersAsync(store, dataset, version, users.Tags, cancellationToken);
    }
}
