using System.Globalization;

namespace ModelOps.DemoShop.Shop;

/// <summary>The demo shop as its exports would be: the same files for the same seed and day, dirty on purpose.</summary>
internal sealed class DemoShopFiles
{
    public const int ProductCount = 2000;
    public const int ShopperCount = 5000;
    public const int Days = 60;

    private readonly int seed;
    private readonly DateTime until;

    /// <param name="until">The day after the last day of the exports.</param>
    public DemoShopFiles(int seed, DateOnly until)
    {
        this.seed = seed;
        this.until = until.ToDateTime(TimeOnly.MinValue);
        var random = new Random(seed);
        Products = Assortment.Create(random, ProductCount);
        Shoppers = ShopperBehaviour.Create(random, ShopperCount);
    }

    public IReadOnlyList<DemoProduct> Products { get; }

    public IReadOnlyList<DemoShopper> Shoppers { get; }

    public void WriteProducts(TextWriter file)
    {
        file.WriteLine("id,title,brand,product_type,price,availability");
        foreach (var product in Products)
            file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{product.Id},\"{product.Title}\",{product.Brand},{product.Category},{product.Price} EUR,{(product.Available ? "in_stock" : "out_of_stock")}"));
    }

    /// <returns>The rows written, without the header.</returns>
    public int WriteEvents(TextWriter file)
    {
        file.WriteLine("USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,QUANTITY,PRICE,SESSION_ID");
        var random = new Random(seed + 1);
        var behaviour = new ShopperBehaviour(Products);
        var rows = 0;
        for (var day = 0; day < Days; day++)
        {
            foreach (var shopper in Shoppers)
            {
                if (random.NextDouble() < shopper.VisitsADay)
                    rows += WriteVisit(file, random, behaviour, shopper, until.AddDays(day - Days), rows);
            }
        }
        return rows;
    }

    private static int WriteVisit(TextWriter file, Random random, ShopperBehaviour behaviour, DemoShopper shopper, DateTime day, int number)
    {
        var time = day.AddSeconds(6 * 3600 + random.Next(17 * 3600));
        var session = $"S{number:D7}";
        var rows = 0;
        foreach (var product in behaviour.Visit(random, shopper))
        {
            time = time.AddSeconds(8 + random.Next(90));
            rows += Write(file, random, shopper.Id, product, time, "view", session);
            if (random.NextDouble() < shopper.BuysAShare)
            {
                rows += Write(file, random, shopper.Id, product, time.AddSeconds(5), "add_to_cart", session);
                if (random.NextDouble() < .6)
                    rows += Write(file, random, shopper.Id, product, time.AddSeconds(60), "purchase", session);
            }
        }
        return rows;
    }

    /// <summary>One row, and now and then what real exports have: lost ids, doubled rows, wrong clocks, bookings that are no products.</summary>
    private static int Write(TextWriter file, Random random, string user, DemoProduct product, DateTime time, string name, string session)
    {
        var dirt = random.NextDouble();
        var (item, quantity) = (product.Id, name == "view" ? 1 : 1 + random.Next(2));
        var timestamp = time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        switch (dirt)
        {
            case < .004: user = ""; break;
            case < .006: item = ""; break;
            case < .008: timestamp = "not recorded"; break;
            case < .009: timestamp = time.AddYears(30).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture); break;
            case < .011: name = "mystery"; break;
            case < .014: quantity = -quantity; break;
            case < .016: item = "POSTAGE"; break;
            case < .026: user += ".0"; break;
        }
        var row = string.Create(CultureInfo.InvariantCulture, $"{user},{item},{timestamp},{name},{quantity},{product.Price},{session}");
        file.WriteLine(row);
        if (dirt < .99)
            return 1;
        file.WriteLine(row);
        return 2;
    }
}
