using System.Text.Json;
using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Features;
using ModelOps.Features.Text;
using ModelOps.Trainer.Applications;
using ModelOps.Trainer.Texts;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Tests.Applications;

/// <summary>The application on the files of a small dataset version, as a worker runs it.</summary>
public class TextEncoderTests
{
    private static readonly string[] Colours = ["red", "blue", "green", "white", "black"], Things = ["kettle", "pan", "lamp", "chair", "table", "shelf"];

    private static readonly Dictionary<string, string> Small = new()
    {
        ["layers"] = "1",
        ["dimensions"] = "32",
        ["heads"] = "4",
        ["vocabulary"] = "200",
        ["maxTokens"] = "16",
        ["dropout"] = "0",
        ["batchSize"] = "8",
        ["pretrainingPasses"] = "1",
        ["passes"] = "20",
        ["learningRate"] = "0.003",
    };

    [Theory]
    [InlineData(EncoderKind.Embed, "ndcg@10", 0.5)]
    [InlineData(EncoderKind.Rerank, "ndcg@10", 0.6)]
    [InlineData(EncoderKind.Classify, "accuracy", 0.6)]
    public async Task TrainAsync_EachKind_LeavesAPackageThatWasMeasuredOnHeldOutRows(string kind, string metric, double atLeast)
    {
        using var folder = new Folder();
        await WriteAsync(folder.Path);
        var messages = new List<WorkerMessage>();
        // Holding two texts against each other takes two layers and more passes.
        var task = kind == EncoderKind.Rerank ? Task(kind, ("layers", "2"), ("passes", "60"), ("learningRate", "0.002")) : Task(kind);
        var result = await new TextEncoder().TrainAsync(task, folder.Path, messages.Add);
        Assert.InRange(result.Metrics[metric], atLeast, 1);
        Assert.InRange(result.Comparison["tf-idf"][metric], 0, 1);
        Assert.True(result.Metrics["cases"] > 0);
        Assert.InRange(result.Metrics["parity"], 0, 1e-4);
        Assert.Contains(messages, message => message.Epoch?.Phase == "fine-tune");
        var package = Path.Combine(folder.Path, TrainingTask.PackageFolder);
        Assert.All(new TextEncoder().PackageFiles, file => Assert.True(File.Exists(Path.Combine(package, file)), file));
        Assert.Equal(kind, EncoderDescription.Read(package).Kind);
        using var card = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(package, PackageFiles.ModelCard)));
        Assert.Equal("self-pretrained", card.RootElement.GetProperty("origin").GetString());
        Assert.Equal(ApplicationName.TextEncoder, card.RootElement.GetProperty("application").GetString());
    }

    [Fact]
    public async Task TrainAsync_Generate_LeavesADecoderThatForetellsTheShopsTexts()
    {
        using var folder = new Folder();
        await WriteAsync(folder.Path);
        var result = await new TextEncoder().TrainAsync(Task(EncoderKind.Generate, ("vocabulary", "300"), ("maxTokens", "40"), ("pretrainingPasses", "30"), ("pretrainingRate", "0.005")), folder.Path, _ => { });
        Assert.InRange(result.Metrics["accuracy"], result.Comparison["bigram"]["accuracy"] - 0.05, 1); // held-out sentences of the same forms
        Assert.InRange(result.Metrics["perplexity"], 1, 20);
        Assert.InRange(result.Metrics["parity"], 0, 1e-4);
        var package = Path.Combine(folder.Path, TrainingTask.PackageFolder);
        Assert.All(new TextEncoder().PackageFiles, file => Assert.True(File.Exists(Path.Combine(package, file)), file));
        using var decoder = new ExportedDecoder(package);
        int[] begun = decoder.Tokenizer.EncodeAfterEnd("user: where is my red kettle\nassistant: it is on its", 40, isWhole: false).Ids;
        var next = decoder.Of(begun)[^decoder.Description.Outputs..];
        Assert.StartsWith(" w", decoder.Tokenizer.Decode([System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(next)]), StringComparison.Ordinal);
        using var card = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(package, PackageFiles.ModelCard)));
        Assert.Equal(("gpt2", "self-pretrained"), (card.RootElement.GetProperty("architecture").GetString(), card.RootElement.GetProperty("origin").GetString()));
    }

    [Fact]
    public async Task TrainAsync_Base_BeginsWithItsWeights()
    {
        using var folder = new Folder();
        await WriteAsync(folder.Path);
        await new TextEncoder().TrainAsync(Task(EncoderKind.Embed), folder.Path, _ => { });
        Directory.Move(Path.Combine(folder.Path, TrainingTask.PackageFolder), Path.Combine(folder.Path, StartingPoint.Folder));
        var result = await new TextEncoder().TrainAsync(Task(EncoderKind.Classify, ("base", "\"minilm\""), ("pretrainingPasses", "0"), ("freeze", "[\"embeddings\"]")), folder.Path, _ => { });
        Assert.InRange(result.Metrics["accuracy"], 0.6, 1);
        using var before = TextCheckpoint.Load(Path.Combine(folder.Path, StartingPoint.Folder));
        using var after = TextCheckpoint.Load(Path.Combine(folder.Path, TrainingTask.PackageFolder));
        Assert.Equal(before.Words.data<float>().ToArray(), after.Words.data<float>().ToArray());
    }

    [Fact]
    public async Task TrainAsync_DatasetWithoutWhatItNeeds_SaysWhatToUpload()
    {
        using var folder = new Folder();
        await WriteAsync(folder.Path);
        File.Delete(Path.Combine(folder.Path, DatasetFiles.Messages));
        File.Delete(Path.Combine(folder.Path, DatasetFiles.Judgements));
        Assert.Contains("intent", (await Assert.ThrowsAsync<TrainingException>(() => new TextEncoder().TrainAsync(Task(EncoderKind.Classify), folder.Path, _ => { }))).Message, StringComparison.Ordinal);
        Assert.Contains("judgements", (await Assert.ThrowsAsync<TrainingException>(() => new TextEncoder().TrainAsync(Task(EncoderKind.Rerank), folder.Path, _ => { }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Complete_HeadsThatCannotShare_AreRefused()
    {
        Assert.Null(new TextEncoder().Complete(new Dictionary<string, JsonElement> { ["heads"] = JsonSerializer.SerializeToElement(5) }, out var errors));
        Assert.Contains("evenly", Assert.Single(errors["heads"]), StringComparison.Ordinal);
    }

    private static TrainingTask Task(string kind, params (string Name, string Json)[] more)
    {
        var parameters = Small.Concat([new("kind", $"\"{kind}\"")]).ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (var (name, json) in more)
            parameters[name] = json;
        return new TrainingTask(Guid.Empty, "text-encoder", SmallDataset.Version, parameters.ToDictionary(pair => pair.Key, pair => JsonDocument.Parse(pair.Value).RootElement.Clone())) { Application = ApplicationName.TextEncoder };
    }

    internal static async Task WriteAsync(string folder)
    {
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync();
        string List(string[] values) => $"[{string.Join(", ", values.Select(value => $"'{value}'"))}]";
        var all = $"(SELECT colour, thing, row_number() OVER (ORDER BY colour, thing) AS id FROM (SELECT unnest({List(Colours)}) AS colour), (SELECT unnest({List(Things)}) AS thing))";
        await RunAsync($"SELECT 'p' || id AS item_id, colour || ' ' || thing AS title, 'Acme' AS brand, 'Home|' || thing AS category, 'a ' || thing || ' that is ' || colour AS description, 9.5 AS price, true AS available, NULL::VARCHAR AS attributes FROM {all}", DatasetFiles.Products);
        await RunAsync($"SELECT q.colour || ' ' || q.thing AS query, 'p' || t.id AS item_id, CASE WHEN q.id = t.id THEN 3 WHEN q.thing = t.thing THEN 1 ELSE 0 END AS grade, NULL::VARCHAR AS title FROM {all} q JOIN {all} t ON q.thing = t.thing OR q.colour = t.colour", DatasetFiles.Judgements);
        await RunAsync($"SELECT 'where is my ' || colour || ' ' || thing AS text, 'about ' || thing AS intent FROM {all}", DatasetFiles.Messages);
        await RunAsync($"SELECT 'where is my ' || colour || ' ' || thing AS question, 'it is on its way' AS answer FROM {all}", DatasetFiles.Faq);

        async Task RunAsync(string sql, string file)
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
            command.CommandText = $"COPY ({sql}) TO '{Path.Combine(folder, file)}' (FORMAT parquet)";
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }
    }
}
