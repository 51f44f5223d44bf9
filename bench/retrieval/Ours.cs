using System.Diagnostics;
using ModelOps.Features;
using ModelOps.Features.Retrieval;
using ModelOps.Trainer.Retrieval;

namespace ModelOps.Bench.Retrieval;

/// <summary>The product's index, as the trainer builds and a server searches it.</summary>
internal static class Ours
{
    private static readonly Dictionary<int, float> None = [];

    public static Side Measure(Work work, string folder, double goal, int? lists)
    {
        var path = Path.Combine(folder, "items.index");
        var started = Stopwatch.GetTimestamp();
        IndexWriter.Write(path, work.Items, IndexBuilder.Plan(work.Items, work.Others, work.Dimensions, seed: 1, lists));
        var built = Stopwatch.GetElapsedTime(started).TotalSeconds;
        IndexWriter.Settle(path, 1, Work.Depth);
        using var index = ItemIndex.Open(path);
        foreach (var eighth in Enumerable.Range(0, 25))
        {
            var search = new IndexSearch(index) { Reach = 3.5f + eighth / 8f };
            var (recall, scanned) = Recall(work, search);
            Console.WriteLine($"    reach {search.Reach:f2}: recall {recall:f4}, {scanned / work.ItemCount:p2} looked at");
            if (recall < goal)
                continue;
            var (single, batched) = (Time(work, search.Reach, index, 1), Time(work, search.Reach, index, Work.Batch));
            return new Side("ours", $"reach {search.Reach}, {index.Lists} lists, {scanned / work.ItemCount:p2} looked at", recall, single, batched, built, new FileInfo(path).Length);
        }
        throw new InvalidOperationException("The index does not reach the recall.");
    }

    private static (double Recall, double Scanned) Recall(Work work, IndexSearch search)
    {
        var (top, found, scanned) = (new RankedItem[Work.Depth], 0.0, 0.0);
        for (var query = 0; query < work.QueryCount; query++)
        {
            var wanted = work.Truth[query].ToHashSet();
            found += top.AsSpan(0, search.Search(work.Query(query), [], null, None, top)).ToArray().Count(item => wanted.Contains(item.Index));
            scanned += search.Scanned;
        }
        return (found / Work.Depth / work.QueryCount, scanned / work.QueryCount);
    }

    private static double Time(Work work, float reach, ItemIndex index, int together)
    {
        var top = new RankedItem[Work.Depth];
        IndexSearch[] searches = [.. Enumerable.Range(0, together).Select(_ => new IndexSearch(index) { Reach = reach })];
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        for (var at = 0; at < work.QueryCount; at += together)
        {
            var some = searches.AsSpan(0, Math.Min(together, work.QueryCount - at));
            for (var row = 0; row < some.Length; row++)
                some[row].Begin(work.Query(at + row), [], null, None, Work.Depth);
            IndexSearch.Run(some);
            foreach (var search in some)
                search.End(top);
        }
        return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds / work.QueryCount;
    }
}
