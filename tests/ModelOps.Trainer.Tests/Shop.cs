using ModelOps.Features;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Tests;

/// <summary>Small made-up shops with a known regularity.</summary>
internal static class Shop
{
    private const long Day = 86_400;

    /// <summary>Everyone walks through the items in a circle, from a random place, now and then skipping one: the next item is nearly certain.</summary>
    public static Interactions Circle(int users = 200, int items = 40, int steps = 8, int seed = 1)
    {
        var random = new Random(seed);
        return Of(items, Enumerable.Range(0, users).Select(_ =>
        {
            var item = random.Next(items);
            return Enumerable.Range(0, steps).Select(step =>
            {
                item = (item + (random.Next(8) == 0 ? 2 : 1)) % items;
                return new Interaction(item + 1, true, step * Day);
            }).ToArray();
        }));
    }

    /// <summary>Everyone buys the same few items again each week, in any order.</summary>
    public static Interactions Weekly(int users = 150, int items = 60, int weeks = 20, int seed = 1)
    {
        var random = new Random(seed);
        return Of(items, Enumerable.Range(0, users).Select(_ =>
        {
            var own = Enumerable.Range(0, 4).Select(_ => random.Next(items) + 1).ToArray();
            return Enumerable.Range(0, weeks).SelectMany(week => own.OrderBy(_ => random.Next()).Take(2)
                .Select(item => new Interaction(item, true, week * 7 * Day))).ToArray();
        }));
    }

    public static Interactions Of(int items, IEnumerable<Interaction[]> users)
    {
        var all = users.ToArray();
        var offsets = new int[all.Length + 1];
        for (var user = 0; user < all.Length; user++)
            offsets[user + 1] = offsets[user] + all[user].Length;
        return new Interactions([.. all.Select((_, user) => $"u{user}")], offsets, [.. all.SelectMany(user => user)], new Vocabulary(Enumerable.Range(1, items).Select(item => $"p{item}")));
    }

    /// <summary>Three brands, two categories; titles of 2k and 2k + 1 share a word.</summary>
    public static ItemCatalogue Catalogue(int items) =>
        new([.. Enumerable.Range(1, items).Select(item => new CatalogueItem($"p{item}", $"thing{item} pair{item / 2}", $"brand{item % 3}", $"all|kind{item % 2}", item, true, 0))]);

    public static TrainingParameters Small => new()
    {
        Dimensions = 16,
        Length = 8,
        BatchSize = 32,
        Epochs = 8,
        Patience = 8,
        LearningRate = 0.01,
        Dropout = 0.1,
        Protocol = "leave-one-out",
        TuningRounds = 0,
        Seed = 7,
    };
}
