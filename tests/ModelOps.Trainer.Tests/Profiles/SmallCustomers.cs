using ModelOps.Features;
using ModelOps.Features.Profiles;
using ModelOps.Trainer.Profiles;

namespace ModelOps.Trainer.Tests.Profiles;

/// <summary>Customers who buy at a pace of their own and stop one day; how long ago somebody bought, measured by the own pace, tells who comes back.</summary>
internal static class SmallCustomers
{
    public const int Days = 200;

    public static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static ItemCatalogue Catalogue { get; } = new([.. Enumerable.Range(0, 20).Select(item => new CatalogueItem($"p{item:d2}", $"Product {item}", $"brand{item % 3}", $"Garden|kind{item % 4}", item + 1, true, 0))]);

    public static ProfileData Draw(int count = 300, int seed = 3)
    {
        var random = new Random(seed);
        var histories = new List<ShopperEvent[]>();
        while (histories.Count < count)
        {
            var (pace, stops) = (3 + 40 * random.NextDouble(), random.NextDouble() * 1.5 * Days);
            var events = new List<ShopperEvent>();
            for (var day = random.NextDouble() * 60; day < Math.Min(stops, Days); day += -Math.Log(1 - random.NextDouble()) * pace)
            {
                var (time, item) = (Start.AddMicroseconds(Math.Round(day * 86_400e6)), random.Next(20));
                events.Add(new ShopperEvent(time.AddHours(-1), Deed.View, $"p{item:d2}", 1, null));
                events.Add(new ShopperEvent(time, Deed.Purchase, $"p{item:d2}", 1 + random.Next(3), item + 1));
            }
            if (events.Count > 0)
                histories.Add([.. events.OrderBy(one => one.Time)]);
        }
        return new ProfileData([.. histories.Select((_, user) => $"u{user:d3}")], [.. histories], Catalogue, histories.Min(history => history[0].Time), Start.AddDays(Days));
    }
}
