using System.Text.Json;
using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Features.Text;
using ModelOps.Search;
using ModelOps.Search.Packages;
using ModelOps.Trainer.Applications;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Tests.Pictures;
using ModelOps.Trainer.Texts;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Tests.Applications;

/// <summary>A search trained from a dataset version's files, and opened as inference opens it.</summary>
public sealed class SearchTests : IDisposable
{
    private const string Things = "['drill','saw','lathe','mixer','grill','fan','oven','kettle','toaster','blender','razor','trimmer','printer','scanner','plotter','router','modem','radio','amplifier','turntable','camera','tripod','monitor','tablet']";

    private readonly string folder = Directory.CreateTempSubdirectory("modelops-search-").FullName;

    [Fact]
    public async Task Train_WithJudgements_LearnsAndMeasuresHeldOut()
    {
        await SmallDataset.WriteAsync(folder);
        await WriteProductsAsync();
        await CopyAsync($"SELECT thing AS query, thing || suffix AS item_id, CASE suffix WHEN '' THEN 3 ELSE 0 END::DOUBLE AS grade, NULL::VARCHAR AS title FROM (SELECT unnest({Things}) AS thing), (SELECT unnest(['', '-bag']) AS suffix)", DatasetFiles.Judgements);

        var result = await TrainAsync(new Dictionary<string, JsonElement> { ["synonyms"] = JsonSerializer.SerializeToElement(new[] { new[] { "tablet", "slate" } }) });

        Assert.Equal((48, 24), (result.Metrics["products"], result.Metrics["judged_queries"]));
        Assert.True(result.Metrics["ndcg@10"] > .99, $"{result.Metrics["ndcg@10"]}");
        Assert.True(result.Comparison["bm25"]["ndcg@10"] < result.Metrics["ndcg@10"]);
        Assert.InRange(result.Metrics["ndcg@10"], result.Metrics["ndcg@10.low"], result.Metrics["ndcg@10.high"]);
        using var engine = await SearchPackage.OpenAsync(Path.Combine(folder, TrainingTask.PackageFolder));
        Assert.Contains("tablet", engine.Search("slates").Products.Take(2).Select(found => engine.Index.Products[found.Document].Id));
        Assert.Equal("blue", engine.Index.Products[engine.Documents["drill"]].Attributes!["colour"]);
        Assert.All(ApplicationList.Of(ApplicationName.Search).PackageFiles, file => Assert.True(File.Exists(Path.Combine(folder, TrainingTask.PackageFolder, file)), file));
    }

    [Fact]
    public async Task Train_WithoutJudgements_HasTheDefaultsAndPopularity()
    {
        await SmallDataset.WriteAsync(folder);

        var result = await TrainAsync([]);

        Assert.Equal(0, result.Metrics["judged_queries"]);
        using var engine = await SearchPackage.OpenAsync(Path.Combine(folder, TrainingTask.PackageFolder));
        Assert.Equal(1, engine.Index.Products.Max(product => product.Popularity));
        Assert.False(engine.Index.Products[engine.Documents["p5"]].Available);
    }

    /// <summary>Words put the bags first; shoppers look at the second place half as often as at the first, and click the thing itself.</summary>
    [Fact]
    public async Task Train_WithClicks_LearnsFromThem_SuggestsWhatWasAsked_AndNamesRewordings()
    {
        await SmallDataset.WriteAsync(folder);
        await WriteProductsAsync();
        await CopyAsync($"SELECT thing AS query, thing || suffix AS item_id, place, 200::BIGINT AS shown, CASE suffix WHEN '' THEN 100 ELSE 20 END // place AS clicked, 0::BIGINT AS bought FROM (SELECT unnest({Things}) AS thing), (SELECT unnest(['', '-bag']) AS suffix), (SELECT unnest([1, 2]) AS place)", DatasetFiles.Searches);
        await CopyAsync("SELECT 'cordless drill' AS query, 40::BIGINT AS asked, 20::BIGINT AS shoppers, 3 AS found, 30::BIGINT AS clicked, 2::BIGINT AS bought UNION ALL SELECT 'drilll', 90, 50, 0, 0, 0 UNION ALL SELECT 'drill rent', 50, 30, 5, 1, 0", DatasetFiles.Queries);
        await CopyAsync("SELECT 'drilll' AS query, 'drill' AS later, 12::BIGINT AS shoppers, 15::BIGINT AS times", DatasetFiles.Reformulations);
        await CopyAsync("SELECT 'drill' AS query, 'drill' AS item_id, 3::DOUBLE AS grade, NULL::VARCHAR AS title", DatasetFiles.Judgements);

        var result = await TrainAsync([]);

        Assert.Equal((1, 23, 1, 1), (result.Metrics["judged_queries"], result.Metrics["clicked_queries"], result.Metrics["suggested_queries"], result.Metrics["rewordings"]));
        Assert.True(result.Metrics["ndcg@10"] > result.Comparison["defaults"]["ndcg@10"] + .02, $"{result.Metrics["ndcg@10"]} {result.Comparison["defaults"]["ndcg@10"]}");
        using var engine = await SearchPackage.OpenAsync(Path.Combine(folder, TrainingTask.PackageFolder));
        Assert.Equal("tablet", engine.Index.Products[engine.Search("tablet").Products[0].Document].Id);
        Assert.Equal("cordless drill", engine.Suggestions.Complete("cordl", 5)[0].Text);
        Assert.Empty(engine.Suggestions.Complete("drill ren", 5)); // nearly nobody found anything with it
        using var card = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, TrainingTask.PackageFolder, "model-card.json")));
        var from = card.RootElement.GetProperty("learnedFrom");
        Assert.Equal((1, 23), (from.GetProperty("judgedQueries").GetInt32(), from.GetProperty("clickedQueries").GetInt32()));
        Assert.Equal("spelling", from.GetProperty("rewordings")[0].GetProperty("kind").GetString());
        Assert.Equal(.5, from.GetProperty("examined")[1].GetDouble(), .1);

        Assert.Equal(0, (await TrainAsync(new Dictionary<string, JsonElement> { ["clicks"] = JsonSerializer.SerializeToElement(false) })).Metrics["clicked_queries"]);
    }

    [Fact]
    public async Task Train_NetworksAlways_PacksThem_AndTheCardSaysWhatTheyGain()
    {
        await SmallDataset.WriteAsync(folder);
        await WriteProductsAsync();
        await CopyAsync($"SELECT thing AS query, thing || suffix AS item_id, CASE suffix WHEN '' THEN 3 ELSE 0 END::DOUBLE AS grade, NULL::VARCHAR AS title FROM (SELECT unnest({Things}) AS thing), (SELECT unnest(['', '-bag']) AS suffix)", DatasetFiles.Judgements);

        var result = await TrainAsync(Small("always", "always"));

        var package = Path.Combine(folder, TrainingTask.PackageFolder);
        using var engine = await SearchPackage.OpenAsync(package);
        Assert.True(engine.Settings.Weights.UsesVectors);
        Assert.Equal((48, 32), (engine.Vectors!.Count, engine.Vectors.Dimensions));
        using var encoder = new ExportedTexts(package);
        Assert.Equal(Matching.Near, engine.Search("zzz", vector: encoder.Of(["drill"])[0]).Match);
        Assert.InRange(result.Metrics["dense_gain"], -1, 1);
        Assert.InRange(result.Metrics["rerank_gain"], -1, 1);
        Assert.True(engine.Settings.Rerank!.Weight > 0);
        Assert.Equal(EncoderKind.Rerank, EncoderDescription.Read(package, ModelOps.Features.PackageFiles.Reranker).Kind);
        Assert.True(File.Exists(Path.Combine(package, ModelOps.Features.PackageFiles.RerankerModel)));
        Assert.Equal(["bm25", "defaults", "dense", "model", "rerank"], result.Comparison.Keys.Order());
        Assert.Contains("queries that it was not learned from", Card().GetProperty("dense").GetProperty("why").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_DenseAuto_WithoutProofThatItHelps_LeavesItOut()
    {
        await SmallDataset.WriteAsync(folder);
        await WriteProductsAsync();

        await TrainAsync(Small("auto"));

        Assert.False(File.Exists(Path.Combine(folder, TrainingTask.PackageFolder, ModelOps.Features.PackageFiles.Encoder)));
        Assert.False(File.Exists(Path.Combine(folder, TrainingTask.PackageFolder, SearchPackage.Vectors)));
        Assert.Contains("too few judged queries", Card().GetProperty("dense").GetProperty("why").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_RerankWithoutJudgements_SaysWhatToUpload_OrLeavesItOut()
    {
        await SmallDataset.WriteAsync(folder);
        Assert.Contains("Upload judgements", (await Assert.ThrowsAsync<TrainingException>(() => TrainAsync(Small("none", "always")))).Message, StringComparison.Ordinal);

        await TrainAsync(Small("none", "auto"));

        Assert.Contains("too few judged queries", Card().GetProperty("rerank").GetRawText(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, TrainingTask.PackageFolder, ModelOps.Features.PackageFiles.Reranker)));
    }

    private JsonElement Card() => JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, TrainingTask.PackageFolder, ModelOps.Features.PackageFiles.ModelCard))).RootElement;

    private static Dictionary<string, JsonElement> Small(string dense, string rerank = "none") => new Dictionary<string, object> { ["dense"] = dense, ["rerank"] = rerank, ["rerankPasses"] = 1, ["encoderLayers"] = 1, ["encoderDimensions"] = 32, ["encoderVocabulary"] = 200, ["encoderTokens"] = 16, ["pretrainingPasses"] = 1, ["titlePasses"] = 2, ["judgedPasses"] = 1 }
        .ToDictionary(pair => pair.Key, pair => JsonSerializer.SerializeToElement(pair.Value));

    /// <summary>Words find what is wanted and what only has the word; the first of them look like what is wanted.</summary>
    [Fact]
    public async Task Train_WithPictures_UsesThemWhereTheyPay_AndServesThem()
    {
        const string Kinds = "(SELECT unnest(range(16)) AS n)";
        await SmallDataset.WriteAsync(folder);
        await CopyAsync($"SELECT thing || '-' || n AS item_id, CASE WHEN n < 5 THEN thing ELSE thing || ' acme extra' END AS title, NULL::VARCHAR AS brand, 'All' AS category, NULL::VARCHAR AS description, NULL::VARCHAR AS attributes, 9.5 AS price, true AS available FROM (SELECT unnest({Things}) AS thing), {Kinds}", DatasetFiles.Products);
        await CopyAsync($"SELECT thing AS query, thing || '-' || n AS item_id, CASE WHEN n < 5 OR n % 2 = 0 THEN 3 ELSE 0 END::DOUBLE AS grade, NULL::VARCHAR AS title FROM (SELECT unnest({Things}) AS thing), {Kinds}", DatasetFiles.Judgements);
        var things = Things.Trim('[', ']').Replace("'", "", StringComparison.Ordinal).Split(',');
        PicturePackageFiles.Write(Path.Combine(folder, ItemPictures.Folder), things.Index().SelectMany(thing => Enumerable.Range(0, 16).Select(n => (Id: $"{thing.Item}-{n}", Place: n < 5 || n % 2 == 0 ? thing.Index : things.Length + thing.Index % 8)))
            .ToDictionary(product => product.Id, product => PicturePackageFiles.Towards(product.Place, 32)));

        var result = await TrainAsync(new Dictionary<string, JsonElement> { ["pictures"] = JsonSerializer.SerializeToElement("pictures:1") });

        Assert.Equal(24 * 16, result.Metrics["pictured_items"]);
        Assert.True(result.Metrics["pictures_gain"] > .02, $"{result.Metrics["pictures_gain"]}");
        Assert.Contains(": used.", Card().GetProperty("pictures").GetProperty("why").GetString()!, StringComparison.Ordinal);
        using var engine = await SearchPackage.OpenAsync(Path.Combine(folder, TrainingTask.PackageFolder));
        Assert.True(engine.Settings.Weights.UsesPictures);
        Assert.All(engine.Search("lathe").Products.Take(10), found => Assert.True(int.Parse(engine.Index.Products[found.Document].Id.Split('-')[1], System.Globalization.CultureInfo.InvariantCulture) is < 5 or 6 or 8 or 10 or 12 or 14));
    }

    [Fact]
    public async Task Train_WithPicturesAndTooFewQueries_LeavesThemOut()
    {
        await SmallDataset.WriteAsync(folder);
        PicturePackageFiles.Write(Path.Combine(folder, ItemPictures.Folder), new Dictionary<string, float[]> { ["p1"] = [1, 0], ["p2"] = [0, 1] });

        await TrainAsync(new Dictionary<string, JsonElement> { ["pictures"] = JsonSerializer.SerializeToElement("pictures:1") });

        Assert.Contains("too few judged queries", Card().GetProperty("pictures").GetProperty("why").GetString()!, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, TrainingTask.PackageFolder, SearchPackage.Pictures)));
    }

    [Fact]
    public async Task Train_WithoutProducts_SaysWhatToUpload()
    {
        await SmallDataset.WriteAsync(folder);
        await CopyAsync("SELECT 'p' AS item_id, NULL::VARCHAR AS title, NULL::VARCHAR AS brand, NULL::VARCHAR AS category, NULL::VARCHAR AS description, NULL::VARCHAR AS attributes, NULL::DOUBLE AS price, true AS available", DatasetFiles.Products);

        Assert.Contains("Upload a catalogue", (await Assert.ThrowsAsync<TrainingException>(() => TrainAsync([]))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("language", "\"xx\"", "no language with a stemmer")]
    [InlineData("synonyms", "[[\"tv\"]]", "two phrases or more")]
    [InlineData("leastQueries", "1", "between 5 and")]
    [InlineData("dense", "\"maybe\"", "none of: none, auto, always")]
    [InlineData("encoderDimensions", "100", "no multiple of 32")]
    public void Complete_AWrongParameter_IsRefused(string name, string value, string says)
    {
        Assert.Null(new Trainer.Applications.Search().Complete(new Dictionary<string, JsonElement> { [name] = JsonDocument.Parse(value).RootElement }, out var errors));
        Assert.Contains(says, Assert.Single(errors[name]), StringComparison.Ordinal);
    }

    private Task<TrainingResult> TrainAsync(Dictionary<string, JsonElement> parameters) =>
        new Trainer.Applications.Search().TrainAsync(new TrainingTask(Guid.NewGuid(), "search", SmallDataset.Version, parameters) { Application = ApplicationName.Search }, folder, _ => { });

    /// <summary>Of each thing, the thing itself and a bag for it, which has its name twice.</summary>
    private Task WriteProductsAsync() => CopyAsync($$"""
        SELECT thing || suffix AS item_id, CASE suffix WHEN '' THEN 'Acme professional heavy duty compact ' || thing ELSE thing || ' bag' END AS title, 'Acme' AS brand, 'All' AS category,
               CASE suffix WHEN '' THEN 'A machine' ELSE thing || ' ' || thing END AS description, '{"colour":"blue","empty":null}' AS attributes, 9.5 AS price, true AS available
        FROM (SELECT unnest({{Things}}) AS thing), (SELECT unnest(['', '-bag']) AS suffix)
        """, DatasetFiles.Products);

    private async Task CopyAsync(string sql, string file)
    {
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = $"COPY ({sql}) TO '{Path.Combine(folder, file)}' (FORMAT parquet)";
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
