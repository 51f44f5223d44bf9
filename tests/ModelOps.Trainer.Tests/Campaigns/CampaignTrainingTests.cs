using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Features;
using ModelOps.Features.Campaigns;
using ModelOps.Features.Tables;
using ModelOps.Trainer.Applications;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Tests.Campaigns;

/// <summary>The application as a worker runs it: from a dataset's file to a package.</summary>
public sealed class CampaignTrainingTests : IDisposable
{
    private static readonly IApplication Application = ApplicationList.Of(ApplicationName.Campaigns);
    private readonly Folder folder = new();

    [Fact]
    public async Task Train_AnEffectOnSome_IsAPackageThatRanksByUplift()
    {
        await WriteAsync(effect: .3);

        var result = await TrainAsync();

        Assert.Equal(1, result.Metrics["arms_with_uplift"]);
        Assert.True(result.Metrics["qini.low"] > 0);
        Assert.InRange(result.Metrics["parity"], 0, 1e-4);
        var package = Path.Combine(folder.Path, TrainingTask.PackageFolder);
        Assert.All(Application.PackageFiles, file => Assert.True(File.Exists(Path.Combine(package, file)), file));
        var settings = await CampaignSettings.ReadAsync(Path.Combine(package, CampaignSettings.FileName));
        var arm = Assert.Single(settings.Arms);
        Assert.Equal(("mail", RankingWay.Uplift, "conversion", "none"), (arm.Name, arm.Way, settings.Outcome, settings.Control));
        Assert.True(arm.Groups[^1].Effect > arm.Groups[0].Effect + .1);
        var schema = await TableSchema.ReadAsync(Path.Combine(package, TableSchema.FileName));
        var customers = await CampaignCustomers.ReadAsync(Path.Combine(package, CampaignCustomers.FileName), schema);
        Assert.NotNull(customers.Find("u7"));
    }

    [Fact]
    public async Task Train_NoEffectOnAnybody_SaysSo_AndFallsBack()
    {
        await WriteAsync(effect: 0);

        var result = await TrainAsync();

        Assert.Equal(0, result.Metrics["arms_with_uplift"]);
        Assert.InRange(0, result.Metrics["qini.low"], result.Metrics["qini.high"]);
        var card = await File.ReadAllTextAsync(Path.Combine(folder.Path, TrainingTask.PackageFolder, PackageFiles.ModelCard));
        Assert.Contains("No uplift found", card, StringComparison.Ordinal);
        var settings = await CampaignSettings.ReadAsync(Path.Combine(folder.Path, TrainingTask.PackageFolder, CampaignSettings.FileName));
        Assert.Equal(RankingWay.Response, Assert.Single(settings.Arms).Way); // how recent the last purchase was still tells responders
    }

    [Fact]
    public async Task Train_WithoutAControlGroup_NamesTheTreatments()
    {
        await WriteAsync(effect: .3, control: "letter");
        Assert.Contains("There is no control group among the treatments: letter, mail. Name it in 'control'", (await Assert.ThrowsAsync<TrainingException>(() => TrainAsync())).Message, StringComparison.Ordinal);
        Assert.Equal(1, (await TrainAsync(new { control = "Letter" })).Metrics["arms"]);
    }

    [Fact]
    public async Task Train_EverybodyContacted_IsAResponseModel_ThatClaimsNoEffect()
    {
        await WriteAsync(effect: .3, control: "mail");

        var result = await TrainAsync(new { without = new[] { "age" }, order = "file", folds = 2 });

        Assert.True(result.Metrics["auc.low"] > .55, $"{result.Metrics["auc.low"]}");
        Assert.InRange(result.Metrics["parity"], 0, 1e-4);
        Assert.DoesNotContain("qini", result.Metrics.Keys);
        var package = Path.Combine(folder.Path, TrainingTask.PackageFolder);
        var settings = await CampaignSettings.ReadAsync(Path.Combine(package, CampaignSettings.FileName));
        var arm = Assert.Single(settings.Arms);
        Assert.Null(settings.Control);
        Assert.Equal((RankingWay.NoControl, true), (arm.Way, arm.Groups[^1].Effect > arm.Groups[0].Effect + .1));
        Assert.Equal(["kind", "recency"], (await TableSchema.ReadAsync(Path.Combine(package, TableSchema.FileName))).Columns.Select(column => column.Name));
        Assert.Contains("Without a control group what contacting changes is not known", await File.ReadAllTextAsync(Path.Combine(package, PackageFiles.ModelCard)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_WithoutAnAttributeThatIsNotThere_NamesThoseThatAre()
    {
        await WriteAsync(effect: .3);
        Assert.Contains("'without' names 'duration', which no row has. The attributes are: age, kind, recency.", (await Assert.ThrowsAsync<TrainingException>(() => TrainAsync(new { without = new[] { "duration" } }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_WithoutCampaigns_SaysWhatToUpload() =>
        Assert.Contains("Upload a file with who was treated how", (await Assert.ThrowsAsync<TrainingException>(() => TrainAsync())).Message, StringComparison.Ordinal);

    private Task<TrainingResult> TrainAsync(object? parameters = null)
    {
        var given = JsonSerializer.SerializeToElement(parameters ?? new { }).EnumerateObject().ToDictionary(member => member.Name, member => member.Value);
        return Application.TrainAsync(new TrainingTask(Guid.Empty, "campaigns", SmallDataset.Version, Application.Complete(given, out _)!), folder.Path, _ => { });
    }

    private async Task WriteAsync(double effect, string control = "none")
    {
        var (table, treated, outcomes) = SmallCampaign.Draw(5000, 5, effect);
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE rows (treatment VARCHAR, conversion BOOLEAN, campaign VARCHAR, user_id VARCHAR, time TIMESTAMP, visit BOOLEAN, spend DOUBLE, attributes VARCHAR)";
        await command.ExecuteNonQueryAsync();
        using (var appender = connection.CreateAppender("rows"))
        {
            for (var row = 0; row < outcomes.Length; row++)
            {
                var attributes = table.Names.Zip(table.Values[row]).ToDictionary(pair => pair.First, pair => pair.Second);
                appender.CreateRow().AppendValue(treated[row] ? "mail" : control).AppendValue(outcomes[row] > 0).AppendValue("spring").AppendValue($"u{row.ToString(CultureInfo.InvariantCulture)}")
                    .AppendNullValue().AppendNullValue().AppendNullValue().AppendValue(JsonSerializer.Serialize(attributes)).EndRow();
            }
        }
#pragma warning disable CA2100 // The path is this test's own.
        command.CommandText = $"COPY rows TO '{Path.Combine(folder.Path, DatasetFiles.Campaigns)}' (FORMAT parquet)";
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    public void Dispose() => folder.Dispose();
}
