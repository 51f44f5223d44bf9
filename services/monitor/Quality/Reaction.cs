using ModelOps.Contracts.Events;
using ModelOps.EventLog;

namespace ModelOps.Monitor.Quality;

/// <summary>What a shopper did with one product of an answer.</summary>
/// <param name="Event">The event's id; empty for clicks, of which an answer has one for a product.</param>
/// <param name="Revenue">Of a purchase: price times quantity, in the shop's currency.</param>
internal sealed record Reaction(Impression Answer, string Product, string Name, string Event, double Revenue)
{
    /// <summary>An event's products that the answer showed, each once; none where the event is no reaction or comes from beyond the attribution window.</summary>
    public static IEnumerable<Reaction> Of(LoggedEvent shopEvent, Impression answer, AttributionOptions attribution)
    {
        if (shopEvent.Name is not (EventNames.View or EventNames.AddToCart or EventNames.Purchase) || answer.Overlap is not null || !attribution.Covers(answer.Time, shopEvent.Time))
            yield break;
        foreach (var lines in shopEvent.Items.Where(item => answer.Items.Contains(item.ItemId)).GroupBy(item => item.ItemId))
        {
            var revenue = shopEvent.Name == EventNames.Purchase ? lines.Sum(line => (double)(line.Price ?? 0) * (line.Quantity ?? 1)) : 0;
            yield return new Reaction(answer, lines.Key, shopEvent.Name, shopEvent.Name == EventNames.View ? "" : shopEvent.Id, revenue);
        }
    }

    public void AddTo(Tally tally)
    {
        tally.Click(Answer, Product);
        var (window, shopper) = (tally.Window(Answer), tally.Shopper(Answer));
        var (click, cart, purchase) = (Name == EventNames.View ? 1 : 0, Name == EventNames.AddToCart ? 1 : 0, Name == EventNames.Purchase ? 1 : 0);
        (window.Clicks, window.AddToCarts, window.Purchases, window.Revenue) = (window.Clicks + click, window.AddToCarts + cart, window.Purchases + purchase, window.Revenue + Revenue);
        (shopper.Clicks, shopper.AddToCarts, shopper.Purchases, shopper.Revenue) = (shopper.Clicks + click, shopper.AddToCarts + cart, shopper.Purchases + purchase, shopper.Revenue + Revenue);
    }
}
