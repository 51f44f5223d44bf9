namespace ModelOps.DemoShop.Shop;

/// <summary>A shopper's latent taste: the departments they like, the style they have an eye for, how often they come and buy.</summary>
internal sealed record DemoShopper(string Id, int[] Departments, int Style, double VisitsADay, double BuysAShare);

/// <summary>
/// Who comes and what they look at. A visit wanders: mostly to a product of the same department and style, at times to the
/// department that goes with it, at times to a bestseller. A model that learns the wandering beats popularity clearly.
/// </summary>
internal sealed class ShopperBehaviour
{
    private const double StayNear = .62;
    private const double GoAlong = .23;

    private readonly IReadOnlyList<DemoProduct> products;
    private readonly ILookup<(int Department, int Style), DemoProduct> shelves;
    private readonly double[] cumulativePopularity;

    public ShopperBehaviour(IReadOnlyList<DemoProduct> products)
    {
        this.products = products;
        shelves = products.ToLookup(product => (product.Department, product.Style));
        cumulativePopularity = new double[products.Count];
        var sum = 0.0;
        for (var i = 0; i < products.Count; i++)
            cumulativePopularity[i] = sum += products[i].Popularity;
    }

    public static IReadOnlyList<DemoShopper> Create(Random random, int count) => [.. Enumerable.Range(0, count).Select(number => new DemoShopper(
        $"{20000 + number}",
        [.. Enumerable.Range(0, 2 + random.Next(2)).Select(_ => random.Next(Assortment.DepartmentCount))],
        random.Next(Assortment.Styles),
        .02 + .12 * Math.Pow(random.NextDouble(), 2),
        .05 + .25 * random.NextDouble()))];

    /// <summary>The products of one visit, in order.</summary>
    public List<DemoProduct> Visit(Random random, DemoShopper shopper)
    {
        var current = OnShelf(random, shopper.Departments[random.Next(shopper.Departments.Length)], shopper.Style);
        var visit = new List<DemoProduct> { current };
        while (random.NextDouble() < .78 && visit.Count < 25)
        {
            var turn = random.NextDouble();
            current = turn < StayNear ? OnShelf(random, current.Department, shopper.Style)
                : turn < StayNear + GoAlong ? OnShelf(random, Along(current.Department), shopper.Style)
                : Bestseller(random);
            visit.Add(current);
        }
        return visit;
    }

    /// <summary>How much the shopper likes a product, 0..1: for reactions to recommendations.</summary>
    public static double Liking(DemoShopper shopper, DemoProduct product) =>
        (shopper.Departments.Any(department => department == product.Department || Along(department) == product.Department) ? .5 : .03) * (product.Style == shopper.Style ? 1 : .25);

    /// <summary>Cookware goes with knives, knives with baking, and so on around.</summary>
    private static int Along(int department) => (department + 1) % Assortment.DepartmentCount;

    private DemoProduct OnShelf(Random random, int department, int style)
    {
        var shelf = shelves[(department, style)].ToList();
        // The shelf has an order of its own: what lies in front is looked at more.
        return shelf.Count == 0 ? Bestseller(random) : shelf[(int)(shelf.Count * Math.Pow(random.NextDouble(), 1.8))];
    }

    private DemoProduct Bestseller(Random random)
    {
        var place = Array.BinarySearch(cumulativePopularity, random.NextDouble() * cumulativePopularity[^1]);
        return products[Math.Min(place < 0 ? ~place : place, products.Count - 1)];
    }
}
