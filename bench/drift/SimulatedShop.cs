using System.Numerics.Tensors;
using ModelOps.Monitor.Drift.Profiles;

namespace ModelOps.Bench.Drift;

/// <summary>
/// A shop whose days differ as a shop's do without anything having happened: weekdays have their own volume and tastes, each day a
/// little of its own (a promotion, the weather), the same shoppers come back, each with tastes of his own, and some do far more than others.
/// </summary>
internal sealed class SimulatedShop
{
    private const int Categories = 20, Brands = 40, Products = 500, Shown = 10, HistoryDays = 14;
    private const double WeekdayTaste = .15, DayTaste = .1, DayVolume = .12; // standard deviations of logarithms
    private const double NewShoppers = .3;
    private static readonly double[] Weekdays = [1.25, .95, .9, .95, 1, 1.05, 1.2];

    private readonly Random random;
    private readonly int visits;
    private readonly Product[] products;
    private readonly int[][] byCategory;
    private readonly double[] popular;
    private readonly double[][] weekdayTaste;
    private readonly List<Shopper> shoppers = [];
    private readonly DateOnly first = new(2026, 3, 2);

    public SimulatedShop(int seed, int visits)
    {
        (random, this.visits) = (new Random(seed), visits);
        popular = [.. Enumerable.Range(1, Categories).Select(rank => 1 / Math.Pow(rank, .8))];
        products = [.. Enumerable.Range(0, Products).Select(_ => Pick(Rising(popular))).Select((category, index) =>
            new Product($"p{index}", category, random.Next(Brands), Math.Round(Math.Exp(2.5 + (category % 5 * .4) + (.5 * Normal())), 2), index * 7 % 100 / 100.0))];
        byCategory = [.. Enumerable.Range(0, Categories).Select(category => Enumerable.Range(0, Products).Where(product => products[product].Category == category).DefaultIfEmpty(0).ToArray())];
        weekdayTaste = [.. Enumerable.Range(0, 7).Select(_ => Tilt(WeekdayTaste))];
    }

    /// <summary>The largest categories.</summary>
    private static readonly HashSet<string> LargestCategories = ["c0", "c1", "c2"];

    public DayProfile Day(int number, Shift shift)
    {
        var day = first.AddDays(number);
        var builder = new ProfileBuilder(day, LargestCategories);
        var taste = Tilt(DayTaste).Zip(weekdayTaste[(int)day.DayOfWeek], (one, other) => one * other).ToArray();
        var coming = (int)(visits * Weekdays[(int)day.DayOfWeek] * Math.Exp(DayVolume * Normal()));
        var noon = (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 15 : 18) + (.5 * Normal());
        var here = new HashSet<Shopper>();
        while (here.Count < coming)
        {
            if (shoppers.Count < visits || random.NextDouble() < NewShoppers)
                shoppers.Add(new Shopper(Enumerable.Range(0, Categories).Select(category => popular[category] * Math.Exp(1.2 * Normal())).ToArray(), Math.Exp(1 + (.8 * Normal())), random.NextDouble()));
            here.Add(random.NextDouble() < NewShoppers ? shoppers[^1] : shoppers[Math.Max(0, shoppers.Count - 1 - (int)(random.NextDouble() * visits * 8))]);
        }
        foreach (var shopper in here)
            Visit(builder, shopper, number, taste, noon, shift);
        for (var bot = 0; bot < shift.Bots * coming; bot++)
            builder.Add(new ShopperDay(0, [.. Enumerable.Range(0, random.Next(150, 500)).Select(_ => Act("view_item", products[random.Next(Products)], random.Next(24), shift))]));
        return builder.Build();
    }

    private void Visit(ProfileBuilder builder, Shopper shopper, int day, double[] taste, double noon, Shift shift)
    {
        var likes = new double[Categories];
        TensorPrimitives.Multiply(shopper.Likes, taste, likes);
        if (shopper.Lot < shift.Taste)
            likes[Categories / 2] += likes.Sum(); // half of what they do is about a category that few liked
        var today = Rising(likes);
        var acts = new List<ShopAct>();
        var length = 1 + Geometric(shopper.Rate);
        for (var act = 0; act < length; act++)
        {
            var kind = random.NextDouble();
            acts.Add(Act(kind < .8 ? "view_item" : kind < .94 ? "add_to_cart" : "purchase", Choose(today), (int)Math.Clamp(noon + (4 * Normal()), 0, 23), shift));
        }
        builder.Add(new ShopperDay(shopper.Before(day, HistoryDays), acts));
        shopper.Did.Add((day, acts.Count));
        var usual = Rising(shopper.Likes);
        builder.Add(new ShownAnswer([.. Enumerable.Range(0, Shown).Select(_ => Choose(usual)).Select(product => new ShownItem(product.Id, product.CategoryName, popular[product.Category]))]));
        if (random.NextDouble() < .2)
            builder.AddReaction(Measure.ClickDelay, TimeSpan.FromSeconds(Math.Exp(4 + Normal())));
    }

    private ShopAct Act(string name, Product product, int hour, Shift shift)
    {
        var isNew = product.Lot < shift.Catalogue;
        double? price = random.NextDouble() < shift.LostPrices ? null : random.NextDouble() < shift.WrongPrices ? product.Price * 100 : product.Price;
        return new ShopAct(name, isNew ? product.Successor : product.Id, isNew ? null : product.CategoryName, isNew ? null : product.BrandName, price,
            name == "view_item" ? null : 1 + Geometric(.3), hour, !isNew);
    }

    /// <summary>Within the category the first are chosen most.</summary>
    private Product Choose(double[] rising)
    {
        var those = byCategory[Pick(rising)];
        return products[those[(int)(those.Length * Math.Pow(random.NextDouble(), 2))]];
    }

    private double[] Tilt(double deviation) => [.. Enumerable.Range(0, Categories).Select(_ => Math.Exp(deviation * Normal()))];

    private int Pick(double[] rising)
    {
        var found = Array.BinarySearch(rising, random.NextDouble() * rising[^1]);
        return Math.Min(rising.Length - 1, found < 0 ? ~found : found);
    }

    /// <summary>Sums up to each, to pick by.</summary>
    private static double[] Rising(double[] weights)
    {
        var (sums, sum) = (new double[weights.Length], 0.0);
        for (var index = 0; index < weights.Length; index++)
            sums[index] = sum += weights[index];
        return sums;
    }

    private int Geometric(double mean) => (int)(Math.Log(1 - random.NextDouble()) / Math.Log(mean / (1 + mean)));

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <param name="Lot">Which are replaced when some are.</param>
    private sealed record Product(string Id, int Category, int Brand, double Price, double Lot)
    {
        public string Successor { get; } = "n" + Id;
        public string CategoryName { get; } = $"c{Category}";
        public string BrandName { get; } = $"b{Brand}";
    }

    /// <param name="Rate">Mean events of a visit beyond the first.</param>
    /// <param name="Lot">Who is concerned when something happens to some.</param>
    private sealed record Shopper(double[] Likes, double Rate, double Lot)
    {
        public List<(int Day, int Events)> Did { get; } = [];

        public int Before(int day, int days) => Did.Where(did => did.Day >= day - days && did.Day < day).Sum(did => did.Events);
    }
}
