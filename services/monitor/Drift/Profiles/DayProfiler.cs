using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Events;
using ModelOps.EventLog;
using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Drift.Profiles;

/// <summary>Counts a day of the event log, with the products described as a version knows them.</summary>
internal sealed class DayProfiler(ShopDays days, ShopEvents events, IOptions<DriftOptions> options, IOptions<AttributionOptions> attribution)
{
    private const int TokensAtOnce = 1000;

    public async Task<DayProfile> CountAsync(StoreId store, string model, int version, VersionCatalogue catalogue, DateOnly day, CancellationToken cancellationToken)
    {
        var (from, since) = (Midnight(day), Midnight(day.AddDays(-options.Value.HistoryDays)));
        var builder = new ProfileBuilder(day, catalogue.LargestCategories);
        var isHistoryKnown = await days.GoesBackToAsync(store, since.AddDays(1), cancellationToken);
        var reactions = new Dictionary<(string Token, string Product, string Name), DateTimeOffset>();
        await foreach (var shopper in days.ReadShoppersAsync(store, from, from.AddDays(1), since, options.Value.MostEvents, cancellationToken))
        {
            builder.Add(new ShopperDay(isHistoryKnown ? shopper.History : null, [.. shopper.Events.SelectMany(e => Acts(e, catalogue))]));
            foreach (var reaction in shopper.Events.Where(e => e.Token is not null && e.Name is EventNames.View or EventNames.Purchase).SelectMany(e => e.Items, (e, item) => (e.Token, item.ItemId, e.Name, e.Time)))
                reactions.TryAdd((reaction.Token!, reaction.ItemId, reaction.Name), reaction.Time); // the first, as events are in order
        }
        foreach (var some in reactions.Chunk(TokensAtOnce))
            await CountDelaysAsync(builder, store, model, some, cancellationToken);
        await foreach (var answer in days.ReadAnswersAsync(store, model, version, Arm.Champion, from, from.AddDays(1), options.Value.MostEvents / 10, cancellationToken))
            builder.Add(new ShownAnswer([.. answer.Items.Select(item => (Id: item, Known: catalogue.Find(item))).Select(item => new ShownItem(item.Id, item.Known?.Category, item.Known?.Popularity ?? 0, item.Known?.Group))], answer.Score));
        return builder.Build();
    }

    private async Task CountDelaysAsync(ProfileBuilder builder, StoreId store, string model, KeyValuePair<(string Token, string Product, string Name), DateTimeOffset>[] reactions, CancellationToken cancellationToken)
    {
        var answers = await events.FindImpressionsAsync([.. reactions.Select(reaction => reaction.Key.Token).Distinct()], cancellationToken);
        foreach (var ((token, product, name), time) in reactions)
        {
            if (answers.GetValueOrDefault((store, token)) is { } answer && answer.Model == model && answer.Items.Contains(product) && attribution.Value.Covers(answer.Time, time))
                builder.AddReaction(name == EventNames.Purchase ? Measure.PurchaseDelay : Measure.ClickDelay, time - answer.Time);
        }
    }

    private static IEnumerable<ShopAct> Acts(LoggedEvent shopEvent, VersionCatalogue catalogue) => shopEvent.Items.Select(item =>
    {
        var known = catalogue.Find(item.ItemId);
        return new ShopAct(shopEvent.Name, item.ItemId, known?.Category, known?.Brand, (double?)item.Price, item.Quantity, shopEvent.Time.UtcDateTime.Hour, catalogue.Knows(item.ItemId), known?.Group);
    });

    private static DateTimeOffset Midnight(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}
