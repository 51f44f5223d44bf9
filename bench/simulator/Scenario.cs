using System.Globalization;
using System.Text;
using ModelOps.Contracts;
using ModelOps.Contracts.Alerts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Drift;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Runs;

namespace ModelOps.Bench.Simulator;

/// <summary>A shop's weeks: quiet ones, then a taste shift, and what the platform makes of it by itself.</summary>
internal sealed class Scenario(ShopStack stack, Shoppers shoppers, int visits, double shift)
{
    private const string Model = "recommend", OracleModel = "oracle", Dataset = "shop", Header = "user_id,item_id,timestamp,event\n";
    private const int WithoutModel = 7, Learning = 21, Quiet = 4, MostShifted = 7, OracleDays = 14, AtOnce = 25;

    private IReadOnlyList<string> today = [];

    public async Task<Outcome> RunAsync(double goal)
    {
        for (var day = 0; day < WithoutModel; day++)
            await BrowseAsync();
        await UploadAsync(Dataset, $"{Header}nobody,p0-0-0,{Written(stack.Now.AddDays(-40))},view_item\n");
        await TrainAsync(Model, Dataset, Model);
        for (var day = 0; day < Learning; day++)
            await LiveAsync();
        await TrainAsync(ShopStack.AtOnce, Dataset, Model); // with what shoppers did while they were recommended something
        var alarms = 0;
        for (var day = 0; day < Quiet; day++)
            alarms += (await DayAsync()).IsDrifted ? 1 : 0;
        var before = await ClickRateAsync(Model);
        Say($"{Quiet} quiet days: {alarms} drift alarms; click rate {before:P2} by version {await ChampionAsync()}");

        shoppers.Shifted = shift;
        await TrainOracleAsync();
        return await RecoverAsync(goal, alarms, before);
    }

    /// <summary>Days with the new taste. Nobody does anything but the shoppers, until the click rate of a day is near what the oracle's would have been.</summary>
    private async Task<Outcome> RecoverAsync(double goal, int alarms, double before)
    {
        var (alarmed, after, runs) = ((int?)null, (double?)null, new HashSet<Guid>());
        for (var day = 1; ; day++)
        {
            var report = await DayAsync();
            var (rate, oracle, champion) = (await ClickRateAsync(Model), await ClickRateAsync(OracleModel), await ChampionAsync());
            after ??= rate;
            Say($"day {day} after the shift: version {champion}, click rate {rate:P2}; the oracle's {oracle:P2}");
            if (day == MostShifted || (rate >= goal * oracle && runs.Count > 0))
                return new Outcome(alarms, before, after.Value, alarmed, runs.Count, champion, day, rate, oracle);
            if (!report.IsDrifted)
                continue;
            if (alarmed is null)
            {
                alarmed = day;
                var alert = await UntilAsync(async () => (await stack.Alerts.ListAsync(StoreId.Main, AlertState.Firing)).Items.FirstOrDefault(alert => alert.Rule == "drift"), "the alert");
                Say($"alert: {alert.Summary}");
            }
            if (await StartedAsync(runs) is { } run)
                await stack.FinishAsync(run, LiveMinutesAsync);
        }
    }

    /// <summary>The run that drift has started, if it has: a cool-down may hold it back.</summary>
    private async Task<PipelineRun?> StartedAsync(HashSet<Guid> known)
    {
        for (var tries = 0; tries < 20; tries++)
        {
            if ((await stack.Pipeline.ListAsync(StoreId.Main)).Items.FirstOrDefault(run => run.Trigger == "drift" && !known.Contains(run.Id)) is { } run)
            {
                known.Add(run.Id);
                Say($"run: {run.TriggerReason}");
                return run;
            }
            await Task.Delay(500);
        }
        return null;
    }

    /// <summary>A day before there is a model: shoppers look around by themselves.</summary>
    private async Task BrowseAsync()
    {
        var midnight = Midnight(stack.Now);
        today = shoppers.Visitors(midnight.DayOfWeek, visits);
        await stack.DriveToAsync(midnight.AddHours(21));
        await SendAsync([.. today.Index().SelectMany(visitor => shoppers.Visit(visitor.Item, Start(midnight, visitor.Index)))]);
        await stack.DriveToAsync(midnight.AddDays(1).AddHours(2));
    }

    /// <summary>Shoppers look around, are then shown something, and click.</summary>
    private async Task LiveAsync()
    {
        var midnight = Midnight(stack.Now);
        today = shoppers.Visitors(midnight.DayOfWeek, visits);
        await stack.DriveToAsync(midnight.AddHours(21));
        await SendAsync([.. today.Index().SelectMany(visitor => shoppers.Visit(visitor.Item, Start(midnight, visitor.Index)))]);
        var clicks = await AnswersAsync(today);
        await stack.DriveToAsync(midnight.AddHours(21.5));
        await SendAsync(clicks);
        await stack.DriveToAsync(midnight.AddDays(1).AddHours(2));
    }

    /// <summary>A day with the model, and the report on it in the night.</summary>
    private async Task<DriftReport> DayAsync()
    {
        var midnight = Midnight(stack.Now);
        await LiveAsync();
        var report = await stack.Monitor.MakeDriftReportAsync(StoreId.Main, Model, DateOnly.FromDateTime(midnight.UtcDateTime));
        Say($"{midnight:MMM d}: {report.Outcome}, {report.Drifted} of {report.Compared} moved {(report.Reasons.Count > 0 ? report.Reasons[0] : "")}");
        return report;
    }

    /// <summary>While a rollout is under way: some minutes of shoppers who answer what they are shown.</summary>
    private async Task LiveMinutesAsync()
    {
        var clicks = await AnswersAsync([.. shoppers.Visitors(stack.Now.DayOfWeek, 4 * AtOnce)]);
        await stack.DriveToAsync(stack.Now.AddMinutes(2));
        await SendAsync(clicks);
    }

    private async Task<IReadOnlyList<ShopEvent>> AnswersAsync(IReadOnlyList<string> visitors)
    {
        var clicks = new List<ShopEvent>();
        foreach (var some in visitors.Chunk(AtOnce))
        {
            foreach (var (shopper, answer) in some.Zip(await AskAsync(Model, some)))
                clicks.AddRange(shoppers.Answer(shopper, [.. answer.Items.Select(item => item.Id)], answer.Token, stack.Now));
        }
        return clicks;
    }

    /// <summary>Of what the model would show to the day's shoppers now, as their tastes are.</summary>
    private async Task<double> ClickRateAsync(string model)
    {
        double sum = 0;
        foreach (var some in today.Chunk(AtOnce))
            sum += some.Zip(await AskAsync(model, some)).Sum(one => shoppers.ClickRate(one.First, [.. one.Second.Items.Select(item => item.Id)]));
        return sum / today.Count;
    }

    private Task<IReadOnlyList<RecommendationResponse>> AskAsync(string model, IReadOnlyList<string> users) => UntilAsync(async () =>
    {
        var answers = await stack.Inference.RecommendManyAsync(StoreId.Main, new RecommendationBatch([.. users.Select(user => new RecommendationRequest(user, Count: 10, Model: model))]));
        return answers.Answers.All(answer => answer.Model.Version > 0) ? answers.Answers : null;
    }, $"answers of '{model}'");

    /// <summary>The same training on all that has happened and two weeks of strangers with the new taste: what a retraining at once could know at best.</summary>
    private async Task TrainOracleAsync()
    {
        var history = new StringBuilder(Header);
        for (var day = 0; day < OracleDays; day++)
        {
            var midnight = Midnight(stack.Now).AddDays(day - OracleDays);
            foreach (var shopEvent in shoppers.Visitors(midnight.DayOfWeek, visits).Index().SelectMany(visitor => shoppers.Visit(visitor.Item, Start(midnight, visitor.Index), $"stranger-{visitor.Item}")))
                history.AppendLine(CultureInfo.InvariantCulture, $"{shopEvent.User},{shopEvent.Items![0].ItemId},{Written(shopEvent.Time!.Value)},{shopEvent.Name}");
        }
        await UploadAsync(OracleModel, history.ToString());
        await TrainAsync(ShopStack.AtOnce, OracleModel, OracleModel);
    }

    private async Task TrainAsync(string pipeline, string dataset, string model) =>
        await stack.FinishAsync(await stack.Pipeline.StartAsync(StoreId.Main, new PipelineRunRequest(pipeline, dataset, model)));

    private async Task<int> ChampionAsync() => (await stack.Registry.FindAsync(StoreId.Main, Model))!.Aliases["champion"];

    private async Task UploadAsync(string dataset, string events)
    {
        using var form = new MultipartFormDataContent();
        var products = string.Join('\n', shoppers.Products.Select(product => string.Create(CultureInfo.InvariantCulture, $"{product.Id},Product {product.Id},Style {product.Style},Category {product.Category},{product.Price}")).Prepend("id,title,brand,category,price"));
        form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(products)), "products", "products.csv");
        form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(events)), "events", "events.csv");
        using var response = await stack.DataPrep.PostAsync(new Uri($"/v1/datasets?name={dataset}", UriKind.Relative), form);
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
    }

    private async Task SendAsync(IReadOnlyList<ShopEvent> events)
    {
        foreach (var some in events.Chunk(1000))
        {
            var receipt = await stack.Inference.SendEventsAsync(StoreId.Main, new EventBatch(some));
            if (receipt.Rejected.Count > 0)
                throw new InvalidOperationException(receipt.Rejected[0].Reason);
        }
    }

    private static async Task<T> UntilAsync<T>(Func<Task<T?>> look, string what) where T : class
    {
        for (var tries = 0; tries < 240; tries++)
        {
            try
            {
                if (await look() is { } found)
                    return found;
            }
            catch (ServiceException exception) when (exception.IsTransient || exception.Status == System.Net.HttpStatusCode.NotFound)
            {
                // a replica follows the alias within two seconds
            }
            await Task.Delay(500);
        }
        throw new TimeoutException($"Waited in vain for {what}.");
    }

    /// <summary>The visits are spread over eleven hours.</summary>
    private DateTimeOffset Start(DateTimeOffset midnight, int visitor) => midnight.AddHours(9).AddSeconds(visitor * 30_000.0 / visits);

    private static DateTimeOffset Midnight(DateTimeOffset time) => new(time.UtcDateTime.Date, TimeSpan.Zero);

    private static string Written(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static void Say(string line) => Console.WriteLine(line);
}

/// <param name="Alarms">On quiet days.</param>
/// <param name="After">By the version of before, on the first day after the shift.</param>
/// <param name="Alarmed">Days from the shift to the drift report.</param>
/// <param name="Runs">Started by drift.</param>
/// <param name="Days">From the shift to the last click rates.</param>
internal sealed record Outcome(int Alarms, double Before, double After, int? Alarmed, int Runs, int Champion, int Days, double Renewed, double Oracle)
{
    public double OfOracle => Renewed / Oracle;
}
