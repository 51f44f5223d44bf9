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
    private const string Model = "recommend", OracleModel = "oracle", FrozenModel = "frozen", Dataset = "shop", Header = "user_id,item_id,timestamp,event\n";
    private const int WithoutModel = 7, Learning = 21, Quiet = 4, Recovered = 2, MostShifted = 10, OracleDays = 14, AtOnce = 25, Remembered = 50;

    private readonly List<DayRates> days = [];

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
        await TrainAsync(ShopStack.AtOnce, Dataset, FrozenModel);
        var alarms = 0;
        for (var day = 1 - Quiet; day <= 0; day++)
        {
            alarms += (await DayAsync()).IsDrifted ? 1 : 0;
            days.Add(new DayRates(day, await ChampionAsync(), await ClickRateAsync(Model), await ClickRateAsync(FrozenModel), null));
        }
        Say($"{Quiet} quiet days: {alarms} drift alarms; click rate {days[^1].Loop:P2} by version {days[^1].Champion}");

        shoppers.Shifted = shift;
        await TrainOracleAsync();
        return await RecoverAsync(goal, alarms);
    }

    /// <summary>
    /// Days with the new taste. Nobody does anything but the shoppers, until the click rate has been near the oracle's for some days.
    /// </summary>
    private async Task<Outcome> RecoverAsync(double goal, int alarms)
    {
        var (alarmed, near, runs) = ((int?)null, 0, new Dictionary<Guid, int>());
        for (var day = 1; day <= MostShifted && near <= Recovered; day++)
        {
            var report = await DayAsync();
            var rates = new DayRates(day, await ChampionAsync(), await ClickRateAsync(Model), await ClickRateAsync(FrozenModel), await ClickRateAsync(OracleModel));
            days.Add(rates);
            Say($"day {day} after the shift: version {rates.Champion}, click rate {rates.Loop:P2}; never retrained {rates.Frozen:P2}; the oracle's {rates.Oracle:P2}");
            near = runs.Count > 0 && rates.Loop >= goal * rates.Oracle ? near + 1 : 0;
            if (report.IsDrifted && alarmed is null)
            {
                alarmed = day;
                var alert = await UntilAsync(async () => (await stack.Alerts.ListAsync(StoreId.Main, AlertState.Firing)).Items.FirstOrDefault(alert => alert.Rule == "drift" && alert.Labels.GetValueOrDefault("model") == Model), "the alert");
                Say($"alert: {alert.Summary}");
            }
            if (alarmed is not null && await StartedAsync(runs, day) is { } run)
                Say($"the run ended: {await stack.EndAsync(run, LiveMinutesAsync)}; champion is version {await ChampionAsync()}");
        }
        return new Outcome(alarms, alarmed, days, runs.Values.Order().ToList());
    }

    /// <summary>The run that drift has started, if it has: a cool-down may hold it back.</summary>
    private async Task<PipelineRun?> StartedAsync(Dictionary<Guid, int> known, int day)
    {
        for (var tries = 0; tries < 20; tries++)
        {
            if ((await stack.Pipeline.ListAsync(StoreId.Main)).Items.FirstOrDefault(run => run.Trigger == "drift" && !known.ContainsKey(run.Id)) is { } run)
            {
                known.Add(run.Id, day);
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
            foreach (var (shopper, answer) in some.Zip(await AskAsync([.. some.Select(user => new RecommendationRequest(user, Count: 10, Model: Model))], Model)))
                clicks.AddRange(shoppers.Answer(shopper, [.. answer.Items.Select(item => item.Id)], answer.Token, stack.Now));
        }
        return clicks;
    }

    /// <summary>Of what the model would show to the day's shoppers now, as their tastes are. Every model is told the same histories, so that none depends on how soon a busy machine finds them.</summary>
    private async Task<double> ClickRateAsync(string model)
    {
        double sum = 0;
        foreach (var some in today.Chunk(AtOnce))
            sum += some.Zip(await AskAsync([.. some.Select(user => new RecommendationRequest(History: [.. shoppers.HistoryOf(user).TakeLast(Remembered)], Count: 10, Model: model))], model)).Sum(one => shoppers.ClickRate(one.First, [.. one.Second.Items.Select(item => item.Id)]));
        return sum / today.Count;
    }

    private Task<IReadOnlyList<RecommendationResponse>> AskAsync(IReadOnlyList<RecommendationRequest> requests, string model) => UntilAsync(async () =>
    {
        var answers = await stack.Inference.RecommendManyAsync(StoreId.Main, new RecommendationBatch([.. requests]));
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

/// <summary>What a day's shoppers would click of what each model recommends to them at its end.</summary>
/// <param name="Day">After the shift; 0 is the last day before it.</param>
/// <param name="Frozen">Of the model that learned when the loop's did, before the shift, and never again.</param>
/// <param name="Oracle">From the shift on.</param>
internal sealed record DayRates(int Day, int Champion, double Loop, double Frozen, double? Oracle);

/// <param name="Alarms">On quiet days.</param>
/// <param name="Alarmed">Days from the shift to the drift report.</param>
/// <param name="Runs">The days on which drift started one.</param>
internal sealed record Outcome(int Alarms, int? Alarmed, IReadOnlyList<DayRates> Days, IReadOnlyList<int> Runs)
{
    public DayRates Before => Days.Last(day => day.Day == 0);

    public DayRates After => Days.First(day => day.Day == 1);

    public DayRates Last => Days[^1];

    public double OfOracle => Last.Loop / Last.Oracle!.Value;

    /// <summary>The first day from which on the rate stayed near the oracle's.</summary>
    public int? Recovered(double goal) => Days.Reverse().TakeWhile(day => day.Oracle is { } oracle && day.Loop >= goal * oracle).LastOrDefault()?.Day;
}
