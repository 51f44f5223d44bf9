using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Predictions;
using ModelOps.DemoShop.Shop;

namespace ModelOps.DemoShop;

/// <summary>Shoppers who are shown recommendations and react as their taste bids: what closes the loop.</summary>
internal sealed class DemoTraffic(InferenceClient inference)
{
    private const int Visits = 300;

    public async Task SendAsync(DemoShopFiles shop, CancellationToken cancellationToken)
    {
        var random = new Random(7);
        var products = shop.Products.ToDictionary(product => product.Id);
        for (var visit = 0; visit < Visits; visit++)
        {
            var shopper = shop.Shoppers[random.Next(shop.Shoppers.Count)];
            var answer = await inference.RecommendAsync(StoreId.Main, new RecommendationRequest(User: shopper.Id, Model: FirstRun.Model), cancellationToken);
            var events = new List<ShopEvent>();
            foreach (var (position, item) in answer.Items.Index())
            {
                var product = products[item.Id];
                if (random.NextDouble() < ShopperBehaviour.Liking(shopper, product) / (1 + .3 * position))
                    events.AddRange(Reactions(random, shopper, product, position, answer.Token));
            }
            if (events.Count > 0)
                await inference.SendEventsAsync(StoreId.Main, new EventBatch(events), cancellationToken);
        }
    }

    private static IEnumerable<ShopEvent> Reactions(Random random, DemoShopper shopper, DemoProduct product, int position, string token)
    {
        IReadOnlyList<EventItem> items = [new EventItem(product.Id, 1, product.Price, position)];
        ShopEvent Happened(string name) => new(Guid.NewGuid().ToString("N"), name, shopper.Id, $"demo-{token}", null, items, token);
        yield return Happened(EventNames.View);
        if (random.NextDouble() < .4)
            yield return Happened(EventNames.AddToCart);
        if (random.NextDouble() < .2)
            yield return Happened(EventNames.Purchase);
    }
}
