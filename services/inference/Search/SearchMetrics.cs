using System.Diagnostics.Metrics;

namespace ModelOps.Inference.Search;

/// <summary>What became of the networks' part of searches, by model and version.</summary>
internal sealed class SearchMetrics : IDisposable
{
    public const string Kept = "kept", Computed = "computed", Late = "late";

    private readonly Meter meter;

    public SearchMetrics(IMeterFactory meters)
    {
        meter = meters.Create("ModelOps.Inference");
        Vectors = meter.CreateCounter<long>("modelops.search.vectors", "{query}", "Queries by what became of their vector: kept from before, computed, or late, so that words alone ranked");
    }

    public Counter<long> Vectors { get; }

    public void CountVector(SearchModel model, string outcome) => Vectors.Add(1, [.. TagsOf(model), new("outcome", outcome)]);

    private static KeyValuePair<string, object?>[] TagsOf(SearchModel model) => [new("store", model.Store.Value), new("model", model.Name), new("version", model.Version)];

    public void Dispose() => meter.Dispose();
}
