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
        Reranked = meter.CreateCounter<long>("modelops.search.reranked", "{query}", "Queries by whether their best products were read again in time: computed, or late, so that their order stayed");
    }

    public Counter<long> Vectors { get; }

    public Counter<long> Reranked { get; }

    public void CountRerank(SearchModel model, string outcome) => Reranked.Add(1, [.. TagsOf(model), new("outcome", outcome)]);

    public void CountVector(SearchModel model, string outcome) => Vectors.Add(1, [.. TagsOf(model), new("outcome", outcome)]);

    private static KeyValuePair<string, object?>[] TagsOf(SearchModel model) => [new("store", model.Store.Value), new("model", model.Name), new("version", model.Version)];

    public void Dispose() => meter.Dispose();
}
