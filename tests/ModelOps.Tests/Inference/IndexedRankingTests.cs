using System.Diagnostics.Metrics;
using ModelOps.Contracts;
using ModelOps.Features;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Models;

namespace ModelOps.Tests.Inference;

/// <summary>A package with an index answers as it does without.</summary>
public sealed class IndexedRankingTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("modelops-indexed-").FullName;
    private readonly IndexedPackage package = new();
    private readonly BatchingHost batching = TestBatching.Host();
    private readonly MeterListener listener = new();
    private long byIndex, byGraph;

    public IndexedRankingTests()
    {
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument == batching.Metrics.Ranked)
                own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, rows, tags, _) =>
        {
            var isIndex = tags.ToArray().Contains(new("way", "index"));
            Interlocked.Add(ref isIndex ? ref byIndex : ref byGraph, rows);
        });
        listener.Start();
    }

    [Fact]
    public async Task RankAsync_ManyDifferentCallsAtOnce_AnswerAsTheGraphAlone()
    {
        await package.WriteAsync(folder);
        using var model = await LoadAsync();
        var near = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => Task.Run(() => AskAsync(model, number))));
        Assert.Equal((200L, 0L), (byIndex, byGraph));

        File.Delete(Path.Combine(folder, PackageFiles.Index));
        using var exact = await LoadAsync();
        var all = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => Task.Run(() => AskAsync(exact, number))));

        var found = near.Zip(all).Average(pair => pair.First.IntersectBy(pair.Second.Select(item => item.Index), item => item.Index).Count() / (double)pair.Second.Length);
        Assert.True(found >= 0.99, $"{found:p1} of the graph's answers were found.");
        foreach (var (one, other) in near.Zip(all))
        {
            var scores = other.ToDictionary(item => item.Index, item => item.Score);
            Assert.Equal(other.Length, one.Length);
            Assert.All(one.Where(item => scores.ContainsKey(item.Index)), item => Assert.Equal(scores[item.Index], item.Score, 1e-4));
        }
    }

    [Theory]
    [InlineData(101, 0)] // deeper than was measured
    [InlineData(10, 31)] // a filter that leaves out more than a search should pass over
    public async Task RankAsync_MoreThanTheIndexWasMeasuredFor_IsAnsweredByTheGraph(int count, int forbidden)
    {
        await package.WriteAsync(folder);
        using var model = await LoadAsync();
        var best = new RankedItem[count];

        var found = await model.RankAsync([1, 2, 3, 4], [.. Enumerable.Range(5, forbidden).Select(item => (long)item)], new Dictionary<int, float>(), best, TestContext.Current.CancellationToken);

        Assert.Equal(count, found);
        Assert.Equal((0L, 1L), (byIndex, byGraph));
    }

    [Fact]
    public async Task LoadAsync_IndexIsTruncated_IsRefusedByName()
    {
        await package.WriteAsync(folder);
        var path = Path.Combine(folder, PackageFiles.Index);
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path))[..^100]);

        var refusal = await Assert.ThrowsAsync<InvalidDataException>(LoadAsync);

        Assert.Contains(PackageFiles.Index, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_IndexOfAnotherCatalogue_IsRefusedByName()
    {
        await package.WriteAsync(folder);
        var path = Path.Combine(folder, PackageFiles.Items);
        await File.WriteAllLinesAsync(path, (await File.ReadAllLinesAsync(path))[..^1]);

        var refusal = await Assert.ThrowsAsync<InvalidDataException>(LoadAsync);

        Assert.Contains("600", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_UsersGraphIsMissing_IsRefusedByName()
    {
        await package.WriteAsync(folder);
        File.Delete(Path.Combine(folder, PackageFiles.User));

        var refusal = await Assert.ThrowsAsync<InvalidDataException>(LoadAsync);

        Assert.Contains(PackageFiles.User, refusal.Message, StringComparison.Ordinal);
    }

    private Task<RecommendationModel> LoadAsync() => RecommendationModel.LoadAsync(StoreId.Main, "indexed", 1, folder, batching, TestContext.Current.CancellationToken);

    private async Task<RankedItem[]> AskAsync(RecommendationModel model, int number)
    {
        var best = new RankedItem[1 + number % 60];
        long[] history = [0, number % 7 == 0 ? 0 : 1 + number * 13 % package.Items, 1 + number * 31 % package.Items, 1 + number * 57 % package.Items];
        long[] forbidden = [.. history.Where(item => item > 0).Concat(Enumerable.Range(1, number % 20).Select(item => (long)item)).Distinct()];
        var found = await model.RankAsync(history, forbidden, new Dictionary<int, float>(), best, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(best[..found], item => forbidden.Contains(item.Index));
        return best[..found];
    }

    public void Dispose()
    {
        listener.Dispose();
        package.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
