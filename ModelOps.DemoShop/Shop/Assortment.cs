namespace ModelOps.DemoShop.Shop;

/// <summary>A product of the demo shop. <see cref="Style"/> is what a shopper senses and no column says.</summary>
internal sealed record DemoProduct(int Number, string Id, string Title, string Brand, string Category, decimal Price, bool Available, int Department, int Style, double Popularity);

/// <summary>A believable assortment: departments with their nouns, brands at home in some of them, prices that fit.</summary>
internal static class Assortment
{
    public const int Styles = 6;

    private static readonly (string Path, string[] Nouns, decimal Price)[] Departments =
    [
        ("Kitchen|Cookware", ["Saucepan", "Frying Pan", "Casserole", "Wok", "Stockpot", "Grill Pan"], 39),
        ("Kitchen|Knives", ["Chef's Knife", "Bread Knife", "Paring Knife", "Santoku", "Sharpener"], 45),
        ("Kitchen|Baking", ["Cake Tin", "Rolling Pin", "Muffin Tray", "Mixing Bowl", "Piping Set"], 18),
        ("Kitchen|Coffee", ["Espresso Pot", "Grinder", "Pour-over Dripper", "Milk Frother", "Kettle"], 55),
        ("Home|Lighting", ["Table Lamp", "Floor Lamp", "Pendant Light", "String Lights", "Reading Lamp"], 62),
        ("Home|Textiles", ["Throw", "Cushion", "Curtain", "Rug", "Tablecloth", "Bath Towel"], 34),
        ("Home|Storage", ["Basket", "Shelf", "Box Set", "Coat Rack", "Drawer Organiser"], 29),
        ("Home|Decoration", ["Vase", "Wall Clock", "Picture Frame", "Candle Holder", "Mirror"], 27),
        ("Garden|Tools", ["Secateurs", "Trowel", "Watering Can", "Hand Rake", "Hedge Shears"], 24),
        ("Garden|Plants", ["Herb Kit", "Planter", "Seed Box", "Propagator", "Hanging Pot"], 16),
        ("Sports|Running", ["Running Belt", "Headlamp", "Compression Socks", "Hydration Vest", "Cap"], 33),
        ("Sports|Cycling", ["Bike Light", "Saddle Bag", "Pump", "Bottle Cage", "Gloves"], 28),
        ("Sports|Yoga", ["Yoga Mat", "Block", "Strap", "Bolster", "Foam Roller"], 31),
        ("Outdoor|Camping", ["Tent Lamp", "Sleeping Mat", "Camp Stove", "Dry Bag", "Folding Chair"], 58),
        ("Outdoor|Hiking", ["Trekking Poles", "Daypack", "Thermos", "Map Case", "Gaiters"], 49),
        ("Beauty|Skin", ["Face Cream", "Serum", "Cleanser", "Sun Lotion", "Night Mask"], 26),
        ("Beauty|Hair", ["Shampoo", "Hair Oil", "Styling Clay", "Brush", "Conditioner"], 14),
        ("Toys|Wooden", ["Building Blocks", "Train Set", "Puzzle", "Pull-along Dog", "Stacking Rings"], 22),
        ("Toys|Games", ["Card Game", "Board Game", "Dice Set", "Memory Game", "Quiz Box"], 19),
        ("Office|Stationery", ["Notebook", "Fountain Pen", "Desk Pad", "Planner", "Washi Tape"], 12),
    ];

    private static readonly string[] Brands =
    [
        "Alder & Pine", "Brightwater", "Cobalt Lane", "Dovetail", "Eastwood", "Fernhill", "Goldcrest", "Harbour", "Inkwell", "Juniper", "Kestrel", "Larkspur",
        "Moorland", "Northfold", "Oakhurst", "Peregrine", "Quillon", "Rowan", "Saltmarsh", "Thistle", "Umber", "Valemont", "Windrush", "Yarrow",
    ];

    private static readonly string[] Adjectives = ["Classic", "Compact", "Everyday", "Foldable", "Handmade", "Large", "Light", "Matte", "Natural", "Nordic", "Organic", "Slim", "Soft", "Sturdy", "Travel", "Vintage"];

    private static readonly string[] Colours = ["Black", "Blue", "Clay", "Cream", "Forest", "Grey", "Mustard", "Rose", "Sand", "Slate"];

    public static int DepartmentCount => Departments.Length;

    public static IReadOnlyList<DemoProduct> Create(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(number => CreateProduct(random, number))];

    private static DemoProduct CreateProduct(Random random, int number)
    {
        var department = number % Departments.Length;
        var (path, nouns, typical) = Departments[department];
        var noun = nouns[random.Next(nouns.Length)];
        // A brand is at home in a third of the departments, so that brand and taste go together.
        var brand = Brands[(department * 5 + random.Next(Brands.Length / 3)) % Brands.Length];
        var title = $"{brand} {Adjectives[random.Next(Adjectives.Length)]} {noun}, {Colours[random.Next(Colours.Length)]}";
        var price = Math.Round(typical * (decimal)Math.Exp(.5 * Gaussian(random)), 2);
        var popularity = Math.Pow(random.NextDouble(), -0.6); // a few bestsellers, a long tail
        return new DemoProduct(number, $"P{10000 + number}", title, brand, path, price, random.NextDouble() > .02, department, random.Next(Styles), popularity);
    }

    internal static double Gaussian(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
