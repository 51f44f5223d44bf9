using System.Text.Json;
using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Features;
using ModelOps.Features.Profiles;
using ModelOps.Features.Tables;
using ModelOps.Trainer.Applications;
using ModelOps.Trainer.Profiles;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Tests.Profiles;

/// <summary>The application as a worker runs it: from a dataset's files to a package.</summary>
public sealed class ProfileTrainingTests : IDisposable
{
    private static readonly IApplication Application = ApplicationList.Of(ApplicationName.Profiles);
    private readonly Folder folder = new();

    [Fact]
    public async Task Train_Customers_IsAPackageThatTellsWhoComesBack()
    {
        await WriteAsync();

        var result = await TrainAsync(new { horizonDays = 20, churnDays = 40 });

        Assert.InRange(result.Metrics["auc"], .7, 1);
        Assert.InRange(result.Metrics["churn_auc"], .65, 1);
        Assert.InRange(result.Metrics["auc"], result.Metrics["auc.low"], result.Metrics["auc.high"]);
        Assert.InRange(result.Metrics["calibration_error"], 0, .15);
        Assert.InRange(result.Metrics["value_ratio"], .5, 2);
        Assert.InRange(result.Metrics["stability"], .3, 1);
        Assert.InRange(result.Metrics["parity"], 0, 1e-4);
        Assert.Equal(result.Metrics["auc"] - result.Comparison["rfm"]["auc"], result.Comparison["rfm"]["auc.lead"], 1e-12);
        var package = Path.Combine(folder.Path, TrainingTask.PackageFolder);
        Assert.All(Application.PackageFiles, file => Assert.True(File.Exists(Path.Combine(package, file)), file));
        var settings = await ProfileSettings.ReadAsync(Path.Combine(package, ProfileSettings.FileName));
        Assert.Equal((20, 40, 41L, true), (settings.HorizonDays, settings.ChurnDays, settings.EventCursor, settings.HasPrices));
        Assert.Equal(ProfileFeatures.Names, (await TableSchema.ReadAsync(Path.Combine(package, TableSchema.FileName))).Columns.Select(column => column.Name));
    }

    [Fact]
    public async Task Train_TheHistories_AreWhatWasRead()
    {
        var data = await WriteAsync();
        await TrainAsync(new { horizonDays = 20, churnDays = 40, learner = "logistic" });

        var package = Path.Combine(folder.Path, TrainingTask.PackageFolder);
        var catalogue = await ItemCatalogue.ReadAsync(Path.Combine(package, PackageFiles.Items));
        var histories = await ProfileHistories.ReadAsync(Path.Combine(package, ProfileHistories.FileName), catalogue);

        Assert.Equal(data.Users.Order(StringComparer.Ordinal), histories.Users);
        Assert.All(data.Users.Zip(data.Histories), pair => Assert.Equal(pair.Second.OrderBy(one => one.Time).ToArray(), histories.Find(pair.First).ToArray()));
    }

    [Theory]
    [InlineData(200, 30)]
    [InlineData(62, 24)]
    [InlineData(10, 7)]
    public void Horizon_NotSaid_IsAMonth_OrWhatTheHistoryAllows(int days, int horizon) => Assert.Equal(horizon, ProfileTraining.HorizonOf(days, new ProfileParameters()));

    [Fact]
    public async Task Train_TooShortAHistory_SaysHowManyDaysItTakes()
    {
        await WriteAsync();
        Assert.Contains("takes 214. Bring more history, or set 'horizonDays' to at most", (await Assert.ThrowsAsync<TrainingException>(() => TrainAsync(new { horizonDays = 100 }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_WithoutAClock_IsRefused()
    {
        await WriteAsync();
        Assert.Contains("real times", (await Assert.ThrowsAsync<TrainingException>(() => TrainAsync(new { }, hasClock: false))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_WithoutPurchases_SaysWhatToUpload()
    {
        await WriteAsync("WHERE event <> 'purchase'");
        Assert.Contains("Upload events named purchase", (await Assert.ThrowsAsync<TrainingException>(() => TrainAsync(new { }))).Message, StringComparison.Ordinal);
    }

    private Task<TrainingResult> TrainAsync(object parameters, bool hasClock = true)
    {
        var given = JsonSerializer.SerializeToElement(parameters).EnumerateObject().ToDictionary(member => member.Name, member => member.Value);
        var version = SmallDataset.Version with { Profile = SmallDataset.Version.Profile with { HasClock = hasClock } };
        return Application.TrainAsync(new TrainingTask(Guid.Empty, "profiles", version, Application.Complete(given, out _)!) { Application = ApplicationName.Profiles }, folder.Path, _ => { });
    }

    private async Task<ProfileData> WriteAsync(string condition = "")
    {
        var data = SmallCustomers.Draw();
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync();
        await ExecuteAsync("CREATE TABLE rows (user_id VARCHAR, item_id VARCHAR, event VARCHAR, time TIMESTAMP, quantity INTEGER, price DOUBLE)");
        using (var appender = connection.CreateAppender("rows"))
        {
            foreach (var (user, history) in data.Users.Zip(data.Histories))
            {
                foreach (var one in history)
                    appender.CreateRow().AppendValue(user).AppendValue(one.Item).AppendValue(one.Name).AppendValue(one.Time).AppendValue(one.Quantity).AppendValue(one.Price).EndRow();
            }
        }
        await ExecuteAsync($"COPY (SELECT * FROM rows {condition} ORDER BY user_id, time) TO '{Path.Combine(folder.Path, DatasetFiles.Events)}' (FORMAT parquet)");
        await ExecuteAsync($"COPY (SELECT 'p' || lpad(i::VARCHAR, 2, '0') AS item_id, 'Product ' || i AS title, 'Acme' AS brand, 'Garden' AS category, i::DOUBLE AS price, true AS available FROM range(20) t(i)) TO '{Path.Combine(folder.Path, DatasetFiles.Products)}' (FORMAT parquet)");
        return data;

        async Task ExecuteAsync(string sql)
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
            command.CommandText = sql;
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }
    }

    public void Dispose() => folder.Dispose();
}
