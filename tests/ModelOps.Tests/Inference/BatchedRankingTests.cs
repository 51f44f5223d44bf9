using Microsoft.ML.OnnxRuntime;
using ModelOps.Contracts;
using ModelOps.Features;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Models;

namespace ModelOps.Tests.Inference;

/// <summary>Company changes nobody's answer, and costs no memory.</summary>
public sealed class BatchedRankingTests : IDisposable
{
    private static readonly FrequencyFusion Fusion = new(10, 1, null);
    private readonly string folder = Directory.CreateTempSubdirectory("modelops-batched-").FullName;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RankAsync_ThousandDifferentCallsAtOnce_AnswerAsOneByOne(bool fused)
    {
        await TinyPackage.WriteAsync(folder, fusion: fused ? Fusion : null);
        var questions = Enumerable.Range(0, 1000).Select(number => new Question(number)).ToList();

        var alone = new List<string>();
        using (var model = await LoadAsync(new BatchingOptions { MaxBatch = 1 }))
        {
            foreach (var question in questions)
                alone.Add(await question.AskAsync(model));
        }
        using var batching = await LoadAsync(new BatchingOptions { Instances = 2, MaxBatch = 7 });
        var together = await Task.WhenAll(questions.Select(question => Task.Run(() => question.AskAsync(batching))));

        Assert.Equal(alone, together);
        Assert.True(alone.Distinct().Count() > 100, "The questions are too much alike to tell anything.");
    }

    [Fact]
    public async Task Compute_OfAKnownShape_AllocatesNothing()
    {
        await TinyPackage.WriteAsync(folder, fusion: Fusion);
        using var graph = new RankGraph(new InferenceSession(Path.Combine(folder, PackageFiles.Model)), 4, takesOwn: true, TinyPackage.Items + 1);
        RankCall[] calls = [.. Enumerable.Range(0, 5).Select(number => new Question(number).Of(new RankCall()))];
        for (var warm = 0; warm < 50; warm++)
            graph.Compute(calls);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 100; call++)
            graph.Compute(calls);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100); // less than a byte a row: the runtime's own, if anything
    }

    [Fact]
    public async Task Fits_WhatForbidsMostOfALargeCatalogue_IsComputedByItself()
    {
        await TinyPackage.WriteAsync(folder);
        using var graph = new RankGraph(new InferenceSession(Path.Combine(folder, PackageFiles.Model)), 4, takesOwn: false, TinyPackage.Items + 1);
        var many = new RankCall().Ask([], new long[60_000], new Dictionary<int, float>(), default);
        var few = new RankCall().Ask([], new long[50], new Dictionary<int, float>(), default);

        Assert.False(graph.Fits([few], many));
        Assert.False(graph.Fits([many], few));
        Assert.True(graph.Fits([few, few], few));
    }

    private Task<RecommendationModel> LoadAsync(BatchingOptions options) =>
        RecommendationModel.LoadAsync(StoreId.Main, "tiny", 1, folder, TestBatching.Host(options), TestContext.Current.CancellationToken);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Another history, exclusion, count and number of items for each number.</summary>
    private sealed record Question(int Number)
    {
        private readonly RankedItem[] best = new RankedItem[1 + (Number % TinyPackage.Items)];

        private long[] History => [Number % 6, Number / 6 % 6, Number / 36 % 6, Number / 216 % 6];

        private long[] Forbidden => [.. Enumerable.Range(0, Number % 23).Select(at => (long)(at % 3))];

        private Dictionary<int, float> Own => Enumerable.Range(1, Number % 4).ToDictionary(index => index, index => (float)(index + (Number % 2)));

        public RankCall Of(RankCall call) => call.Ask(History, Forbidden, Own, best);

        public async Task<string> AskAsync(RecommendationModel model) =>
            string.Join(' ', best[..await model.RankAsync(History, Forbidden, Own, best, TestContext.Current.CancellationToken)]);
    }
}
