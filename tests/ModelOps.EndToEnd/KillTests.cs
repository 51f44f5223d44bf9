using System.Globalization;
using System.Net.Http.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Runs;

namespace ModelOps.EndToEnd;

/// <summary>kill -9 of any one part in the middle of a run: the run succeeds, no version comes twice, no accepted event is lost.</summary>
public sealed class KillTests(Stack stack)
{
    private const string Dataset = "small";

    [Theory]
    [InlineData("data-prep", "prepare")]
    [InlineData("trainer", "train")]
    [InlineData("registry", "train")]
    [InlineData("inference", "train")]
    [InlineData("monitor", "train")]
    [InlineData("pipeline", "train")]
    [InlineData("dashboard", "train")]
    [InlineData("cache", "train")]
    [InlineData("postgres", "train")]
    [InlineData("storage", "train")]
    public async Task Kill_InTheMiddleOfARun_TheRunSucceeds(string victim, string step)
    {
        await UploadAsync(stack);
        var model = $"kill-{victim}";
        var before = await SendEventsAsync(model, 20);
        var run = await stack.Pipeline.StartAsync(StoreId.Main, new PipelineRunRequest("recommend", Dataset, model));
        await stack.UntilAsync(async () => (run = await stack.Pipeline.GetAsync(StoreId.Main, run.Id)).Steps.Single(s => s.Name == step).State != RunState.Queued, $"the step {step}");

        await stack.KillAsync(victim);
        var after = await SendEventsAsync(model, 20);
        run = await stack.FinishAsync(run);

        Assert.Equal((RunState.Succeeded, null), (run.State, run.Error));
        Assert.Single((await stack.Registry.FindAsync(StoreId.Main, model))!.Versions);
        Assert.Single((await stack.Trainer.ListAsync(StoreId.Main)).Items, training => training.Model == model);
        Assert.Equal(40, before + after);
        await stack.UntilAsync(async () => (await stack.ResourceAsync(victim)).GetProperty("healthy").GetBoolean(), $"{victim} to be healthy again");
        // Every accepted event is in the dataset that is made next.
        await stack.UntilAsync(async () => await EventsOfAsync(model) == 40, "all accepted events");
    }

    /// <summary>Sends events one by one, again and again until each is accepted; an id makes the repetition harmless.</summary>
    private async Task<int> SendEventsAsync(string marker, int count)
    {
        var time = DateTimeOffset.UtcNow;
        for (var i = 0; i < count; i++)
        {
            var id = $"{marker}-{time.Ticks}-{i}";
            var batch = new EventBatch([new ShopEvent(id, "purchase", $"{marker}-shopper", null, time.AddMilliseconds(i), [new EventItem($"P{i % 50}", 7)], null)]);
            await stack.UntilAsync(async () => (await stack.Inference.SendEventsAsync(StoreId.Main, batch)).Accepted == 1, "the event to be accepted");
        }
        return count;
    }

    private async Task<int> EventsOfAsync(string marker)
    {
        var preparation = await stack.DataPrep.PrepareAsync(StoreId.Main, Dataset, new PrepareRequest(), Guid.NewGuid().ToString());
        await stack.UntilAsync(async () => (preparation = await stack.DataPrep.GetPreparationAsync(StoreId.Main, Dataset, preparation.Id)).State.IsFinal(), "the preparation");
        Assert.Null(preparation.Error);
        var path = Path.GetTempFileName();
        await stack.DataPrep.DownloadAsync(StoreId.Main, Dataset, preparation.Version!.Value, DatasetFiles.Events, path);
        await using var duck = new DuckDB.NET.Data.DuckDBConnection("DataSource=:memory:");
        duck.Open();
        await using var command = duck.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM read_parquet('{path}') WHERE user_id = '{marker}-shopper'";
        var events = Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        File.Delete(path);
        return events;
    }

    /// <summary>A shop small enough to train within seconds, with an order in it that a model can learn.</summary>
    private static async Task UploadAsync(Stack stack)
    {
        if (await stack.DataPrep.FindAsync(StoreId.Main, Dataset) is not null)
            return;
        var random = new Random(1);
        var csv = new StringWriter { NewLine = "\n" };
        csv.WriteLine("USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE");
        for (var user = 0; user < 400; user++)
        {
            var (item, time) = (random.Next(50), 1_700_000_000L + random.Next(5_000_000));
            for (var visit = 0; visit < 12; visit++)
                csv.WriteLine($"s{user},P{item = (item + 1 + random.Next(3)) % 50},{time += random.Next(200_000)},purchase");
        }
        using var http = await stack.ClientAsync("data-prep");
        using var form = new MultipartFormDataContent { { new StringContent(csv.ToString()), "events", "events.csv" } };
        var response = await http.PostAsync(new Uri($"/v1/datasets?name={Dataset}", UriKind.Relative), form);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
