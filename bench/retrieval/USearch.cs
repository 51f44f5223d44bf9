using System.Diagnostics;
using Cloud.Unum.USearch;

namespace ModelOps.Bench.Retrieval;

/// <summary>The library that would be nearest at hand: HNSW over half floats. How far it searches is settled when an index is made.</summary>
internal static class USearch
{
    public static Side Measure(Work work, string folder, int expansion)
    {
        var started = Stopwatch.GetTimestamp();
        using var index = new USearchIndex(MetricKind.Ip, ScalarKind.Float16, (ulong)work.Dimensions, connectivity: 16, expansionAdd: 128, expansionSearch: (ulong)expansion);
        for (var item = 1; item <= work.ItemCount; item++)
            index.Add((ulong)item, work.Items.AsSpan(item * work.Dimensions, work.Dimensions).ToArray());
        var built = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var path = Path.Combine(folder, "items.usearch");
        index.Save(path);
        var queries = Enumerable.Range(0, work.QueryCount).Select(query => work.Query(query).ToArray()).ToArray();
        var found = 0;
        foreach (var (query, vector) in queries.Index())
        {
            index.Search(vector, Work.Depth, out var keys, out _);
            found += keys.Count(key => work.Truth[query].Contains((int)key));
        }
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        foreach (var vector in queries)
            index.Search(vector, Work.Depth, out _, out _);
        var single = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds / queries.Length;
        return new Side("USearch, HNSW16, float16", $"expansion {expansion}", found / (double)Work.Depth / queries.Length, single, single, built, new FileInfo(path).Length);
    }
}
