using System.Globalization;
using Google.Protobuf;
using ModelOps.Features;
using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Imports;
using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Tests.Imports;

/// <summary>A transformer that others trained and published, with the figures that they published.</summary>
public class PublishedCheckpointTests
{
    private const int ParityRows = 1000;
    private const int BatchSize = 256;

    [Fact]
    public async Task Import_IclRecOnBeauty_GivesItsPublishedFigures()
    {
        var weights = SharedData.Find("iclrec-beauty/model.safetensors");
        Assert.SkipWhen(weights is null, "Needs shared/data/iclrec-beauty beside the project.");
        using var folder = new Folder();
        var description = CheckpointDescription.Parse("""{"items":12101,"length":50,"dimensions":64,"blocks":1,"heads":2,"activation":"gelu","epsilon":1e-12}"""u8);
        using var file = SafeTensors.Open(weights);
        using var network = CheckpointLoader.Load(description, file);
        var path = Path.Combine(folder.Path, PackageFiles.Model);
        await File.WriteAllBytesAsync(path, RecommenderGraph.Of(network, "iclrec").Build().ToByteArray(), TestContext.Current.CancellationToken);

        var users = (await File.ReadAllLinesAsync(SharedData.Find("iclrec-beauty/Beauty.txt")!, TestContext.Current.CancellationToken))
            .Select(line => line.Split(' ').Skip(1).Select(item => int.Parse(item, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        Assert.Equal(22_363, users.Length);
        var vocabulary = new Vocabulary(Enumerable.Range(1, network.Items).Select(item => item.ToString(CultureInfo.InvariantCulture)));
        var encoder = new SequenceEncoder(vocabulary, network.Length);
        var histories = users.Select(items =>
        {
            var row = new long[network.Length];
            encoder.Encode(items.AsSpan(0, items.Length - 1), row);
            return row;
        }).ToArray();
        Assert.InRange(ParityCheck.Verify(network, path, [.. histories.Take(ParityRows).SelectMany(row => row)]), 0, ParityCheck.Tolerance);

        using var exported = new ExportedModel(path);
        var metrics = new List<RankingMetrics>();
        foreach (var batch in users.Zip(histories).Chunk(BatchSize))
        {
            var answers = exported.Rank([.. batch.Select(user => Question.Of(user.Second))], network.Length + RankingMetrics.Cutoff);
            metrics.AddRange(batch.Select((user, i) => Measure(user.First, answers[i])));
        }
        var mean = RankingMetrics.Mean(metrics);
        Assert.Equal(0.0744, mean.HitRate10, 4);
        Assert.Equal(0.0403, mean.Ndcg10, 4);
    }

    /// <summary>As its authors do: a seen item's score is 0, which is not last.</summary>
    private static RankingMetrics Measure(int[] items, RankedItem[] answer)
    {
        var seen = items[..^1].ToHashSet();
        var ranked = answer.Where(item => !seen.Contains(item.Index)).Concat(seen.Select(item => new RankedItem(item, 0)))
            .OrderByDescending(item => item.Score).ThenBy(item => item.Index);
        return RankingMetrics.Of([.. ranked.Take(RankingMetrics.Cutoff)], [items[^1]]);
    }
}
