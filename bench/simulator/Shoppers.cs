using System.Globalization;
using ModelOps.Contracts.Events;

namespace ModelOps.Bench.Simulator;

/// <summary>A product of a style within a category. Shoppers like styles.</summary>
/// <param name="Appeal">How readily it is clicked by who likes its style; 1 for the favourite.</param>
internal sealed record SimulatedProduct(string Id, int Category, int Style, double Price, double Appeal);

/// <summary>
/// Shoppers whose tastes are known, so that the click rate of any list of products can be computed. Two thirds of the styles are in
/// fashion; a taste shift brings the others into it, for a part of the shoppers from one day to the next.
/// </summary>
internal sealed class Shoppers
{
    private const int Categories = 12, InFashion = 8, Styles = 3, ProductsPerStyle = 40;
    private const double Liked = .3, Near = .06, Other = .01; // click rates of the favourite, of the category, of the rest
    private const double NextSeason = .03; // of the shoppers like it already

    private readonly Random random;
    private readonly List<Shopper> all = [];

    public Shoppers(int seed, int count)
    {
        random = new Random(seed);
        Products = [.. from category in Enumerable.Range(0, Categories) from style in Enumerable.Range(0, Styles) from place in Enumerable.Range(0, ProductsPerStyle)
                       select new SimulatedProduct($"p{category}-{style}-{place}", category, style, Math.Round(Math.Exp(2.5 + (category * .15) + (.4 * random.NextDouble())), 2), 1 / Math.Sqrt(1 + (place * .3)))];
        for (var number = 0; number < count; number++)
        {
            var early = random.NextDouble() < NextSeason;
            all.Add(new Shopper($"s{number}", [Taste(early), Taste(early)], [Taste(true), Taste(true)], random.NextDouble()));
        }
    }

    public IReadOnlyList<SimulatedProduct> Products { get; }

    /// <summary>Of the shoppers, those whose taste has changed.</summary>
    public double Shifted { get; set; }

    /// <summary>Who comes on a day: about <paramref name="count"/> of them.</summary>
    public IReadOnlyList<string> Visitors(DayOfWeek day, int count) =>
        [.. all.OrderBy(_ => random.NextDouble()).Take((int)(count * (day is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1.25 : .95) * (.9 + (.2 * random.NextDouble())))).Select(shopper => shopper.Id)];

    /// <summary>What somebody looks at, puts into the cart and buys on a visit, by their own search.</summary>
    /// <param name="stranger">The name of somebody else of the same taste, whose visit it is.</param>
    public IEnumerable<ShopEvent> Visit(string id, DateTimeOffset start, string? stranger = null)
    {
        var shopper = stranger is null ? Find(id) : Find(id) with { Id = stranger };
        for (var (step, length) = (0, 3 + (int)(-3 * Math.Log(1 - random.NextDouble()))); step < length; step++)
        {
            var product = random.NextDouble() < .9 ? Within(Tastes(shopper)[random.Next(2)], shopper) : Products[random.Next(Products.Count)];
            shopper.Seen.Add(product.Id);
            if (stranger is null)
                shopper.History.Add(product.Id);
            var item = new EventItem(product.Id, 1, (decimal)product.Price);
            var time = start.AddSeconds(step * 40);
            yield return Event(EventNames.View, shopper.Id, time, item, null);
            if (random.NextDouble() < .12)
                yield return Event(EventNames.AddToCart, shopper.Id, time.AddSeconds(10), item, null);
            if (random.NextDouble() < .05)
                yield return Event(EventNames.Purchase, shopper.Id, time.AddSeconds(20), item, null);
        }
    }

    /// <summary>What is clicked of an answer.</summary>
    public IEnumerable<ShopEvent> Answer(string id, IReadOnlyList<string> shown, string token, DateTimeOffset time)
    {
        foreach (var product in shown.Select(Product).Where(product => random.NextDouble() < Rate(Find(id), product)))
        {
            Find(id).Seen.Add(product.Id);
            Find(id).History.Add(product.Id);
            yield return Event(EventNames.View, id, time.AddSeconds(5 + random.Next(60)), new EventItem(product.Id, 1, (decimal)product.Price), token);
        }
    }

    /// <summary>The products that somebody looked at, oldest first.</summary>
    public IReadOnlyList<string> HistoryOf(string id) => Find(id).History;

    /// <summary>The probability that a product of the list is clicked, on average.</summary>
    public double ClickRate(string id, IReadOnlyList<string> shown) => shown.Count == 0 ? 0 : shown.Average(product => Rate(Find(id), Product(product)));

    private double Rate(Shopper shopper, SimulatedProduct product) =>
        Tastes(shopper).Any(taste => taste == (product.Category, product.Style)) ? Liked * product.Appeal : Tastes(shopper).Any(taste => taste.Category == product.Category) ? Near * product.Appeal : Other * product.Appeal;

    private (int Category, int Style)[] Tastes(Shopper shopper) => shopper.Lot < Shifted ? shopper.Later : shopper.Now;

    /// <summary>The favourites come first, what has been seen hardly again.</summary>
    private SimulatedProduct Within((int Category, int Style) taste, Shopper shopper)
    {
        for (var tries = 0; ; tries++)
        {
            var place = (int)(ProductsPerStyle * Math.Pow(random.NextDouble(), 1.6));
            var product = Products[(((taste.Category * Styles) + taste.Style) * ProductsPerStyle) + place];
            if (tries == 10 || !shopper.Seen.Contains(product.Id))
                return product;
        }
    }

    private (int, int) Taste(bool isNextSeason) => (isNextSeason ? InFashion + random.Next(Categories - InFashion) : random.Next(InFashion), random.Next(Styles));

    private Shopper Find(string id) => all[int.Parse(id[1..], CultureInfo.InvariantCulture)];

    private SimulatedProduct Product(string id)
    {
        var parts = id[1..].Split('-');
        var (category, style, place) = (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture));
        return Products[(((category * Styles) + style) * ProductsPerStyle) + place];
    }

    private static ShopEvent Event(string name, string user, DateTimeOffset time, EventItem item, string? token) => new(null, name, user, null, time, [item], token);

    /// <param name="Now">The styles that they like, before the shift.</param>
    /// <param name="Later">After it, for those whose <paramref name="Lot"/> says so.</param>
    private sealed record Shopper(string Id, (int Category, int Style)[] Now, (int Category, int Style)[] Later, double Lot)
    {
        public HashSet<string> Seen { get; } = [];

        public List<string> History { get; } = [];
    }
}
