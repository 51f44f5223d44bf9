using System.Globalization;
using System.Text;
using ModelOps.Contracts;
using ModelOps.Contracts.Alerts;
using ModelOps.Contracts.Drift;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Runs;

namespace ModelOps.Bench.Simulator;

/// <summary>A shop's weeks: quiet ones, then a taste shift, and what the platform makes of it by itself.</summary>
internal sealed class Scenario(ShopStack stack, Shoppers shoppers, int visits, double shift)
{
    private const string Model = "recommend", OracleModel = "oracle", Dataset = "shop";
    private const int Learning = 28, Quiet = 4, MostShifted = 10, OracleDays = 7, AtOnce = 100, Panel = 300;

    private readonly IReadOnlyList<string> panel = shoppers.Visitors(DayOfWeek.Monday, Panel);
    private readonly StringBuilder history = new("user_id,item_id,timestamp,event\n");

    public async Task<Outcome> RunAsync()
    {
        for (var day = 0; day < Learning; day++)
            await BrowseAsync();
        await UploadAsync(Dataset, "user_id,item_id,timestamp,event\nnobody,p0-0-0," + Written(stack.Now.AddDays(-40)) + ",view_item\n");
        await stack.FinishAsync(await stack.Pipeline.StartAsync(StoreId.Main, new PipelineRunRequest(Model, Dataset, Model)));
        Say("version 1 is champion");
        var alarms = 0;
        for (var day = 0; day < Quiet; day++)
            alarms += (await DayAsync()).IsDrifted ? 1 : 0;
        var before = await ClickRateAsync(Model);
        Say($"{Quiet} quiet days: {alarms} drift alarms; click rate {before:P2}");

        shoppers.Shifted = shift;
        var after = await ClickRateAsync(Model);
        Say($"the taste of {shift:P0} of the shoppers shifts: click rate {after:P2}");
        var (report, days) = await UntilDriftAsync();
        Say($"drift after {days} days: {string.Join("; ", report.Reasons.Take(2))}");
        var alert = await UntilAsync(async () => (await stack.Alerts.ListAsync(StoreId.Main, AlertState.Firing)).Items.FirstOrDefault(alert => alert.Rule == "drift"), "the alert");
        var run = await UntilAsync(async () => (await stack.Pipeline.ListAsync(StoreId.Main)).Items.FirstOrDefault(run => run.Trigger == "drift"), "the run that drift starts");
        Say($"alert: {alert.Summary}; run: {run.TriggerReason}");
        await stack.FinishAsync(run, LiveMinutesAsync);
        var champion = (await stack.Registry.FindAsync(StoreId.Main, Model))!.Aliases["champion"];
        var renewed = await ClickRateAsync(Model);
        Say($"version {champion} is champion: click rate {renewed:P2}");

        await TrainOracleAsync();
        return new Outcome(alarms, before, after, days, champion, renewed, await ClickRateAsync(OracleModel));
    }

    /// <summary>A day before there is a model: shoppers look around by themselves.</summary>
    private async Task BrowseAsync()
    {
        var midnight = Midnight(stack.Now);
        await stack.DriveToAsync(midnight.AddHours(23.5));
        await SendAsync([.. Browsing(midnight)]);
        await stack.DriveToAsync(midnight.AddDays(1).AddHours(2));
    }

    /// <summary>A day with the model: everybody is shown something, and looks around besides. The report on it is made in the night.</summary>
    private async Task<DriftReport> DayAsync()
    {
        var midnight = Midnight(stack.Now);
        await stack.DriveToAsync(midnight.AddHours(21));
        await SendAsync(await AnswersAsync(shoppers.Visitors(midnight.DayOfWeek, visits)));
        await stack.DriveToAsync(midnight.AddHours(23.5));
        await SendAsync([.. Browsing(midnight)]);
        await stack.DriveToAsync(midnight.AddDays(1).AddHours(2));
        var report = await stack.Monitor.MakeDriftReportAsync(StoreId.Main, Model, DateOnly.FromDateTime(midnight.UtcDateTime));
        Say($"{midnight:MMM d}: {report.Outcome}, {report.Drifted} of {report.Compared} moved {(report.Reasons.Count > 0 ? report.Reasons[0] : "")}");
        return report;
    }

    private async Task<(DriftReport Report, int Days)> UntilDriftAsync()
    {
        for (var days = 1; days <= MostShifted; days++)
        {
            if (await DayAsync() is { IsDrifted: true } report)
                return (report, days);
        }
        throw new InvalidOperationException($"No drift was reported in {MostShifted} days.");
    }

    /// <summary>While a rollout is under way: some minutes of shoppers who answer what they are shown.</summary>
    private async Task LiveMinutesAsync()
    {
        var clicks = await AnswersAsync([.. shoppers.Visitors(stack.Now.DayOfWeek, AtOnce)]);
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

    /// <summary>Of what the model would show to the panel now.</summary>
    private async Task<double> ClickRateAsync(string model)
    {
        double sum = 0;
        foreach (var some in panel.Chunk(AtOnce))
            sum += some.Zip(await AskAsync(model, some)).Sum(one => shoppers.ClickRate(one.First, [.. one.Second.Items.Select(item => item.Id)]));
        return sum / panel.Count;
    }

    private Task<IReadOnlyList<RecommendationResponse>> AskAsync(string model, IReadOnlyList<string> users) => UntilAsync(async () =>
    {
        var answers = await stack.Inference.RecommendManyAsync(StoreId.Main, new RecommendationBatch([.. users.Select(user => new RecommendationRequest(user, Count: 10, Model: model))]));
        return answers.Answers.All(answer => answer.Model.Version > 0) ? answers.Answers : null;
    }, $"answers of '{model}'");

    /// <summary>The same pipeline on all that happened and a week of the new taste: what a retraining at once could have known at best.</summary>
    private async Task TrainOracleAsync()
    {
        for (var day = 0; day < OracleDays; day++)
        {
            foreach (var shopEvent in Browsing(Midnight(stack.Now).AddDays(day - OracleDays)))
                history.AppendLine(CultureInfo.InvariantCulture, $"{shopEvent.User},{shopEvent.Items![0].ItemId},{Written(shopEvent.Time!.Value)},{shopEvent.Name}");
        }
        await UploadAsync(OracleModel, history.ToString());
        await stack.FinishAsync(await stack.Pipeline.StartAsync(StoreId.Main, new PipelineRunRequest(Model, OracleModel, OracleModel)));
    }

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

    private IEnumerable<ShopEvent> Browsing(DateTimeOffset midnight) =>
        shoppers.Visitors(midnight.DayOfWeek, visits).Index().SelectMany(visitor => shoppers.Visit(visitor.Item, midnight.AddHours(9).AddSeconds(visitor.Index * 40_000.0 / visits)));

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
            catch (Contracts.Clients.ServiceException exception) when (exception.IsTransient || exception.Status == System.Net.HttpStatusCode.NotFound)
            {
                // a replica follows the alias within two seconds
            }
            await Task.Delay(500);
        }
        throw new TimeoutException($"Waited in vain for {what}.");
    }

    private static DateTimeOffset Midnight(DateTimeOffset time) => new(time.UtcDateTime.Date, TimeSpan.Zero);

    private static string Written(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static void Say(string line) => Console.WriteLine(line);
}

/// <param name="Alarms">On quiet days.</param>
/// <param name="Days">From the shift to the drift report.</param>
internal sealed record Outcome(int Alarms, double Before, double After, int Days, int Champion, double Renewed, double Oracle)
{
    public double OfOracle => Renewed / Oracle;
}
