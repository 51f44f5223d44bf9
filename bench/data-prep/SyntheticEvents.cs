using System.Globalization;

namespace ModelOps.Bench.DataPrep;

/// <summary>
/// A shop's clicks in the order of time, the same for the same number: ten events a shopper, in visits; products by a power law, each with its price;
/// of a hundred rows about one without a user, one repeated, one repeated a second later, and now and then an unknown event, a broken time, a wrong price.
/// </summary>
internal static class SyntheticEvents
{
    private const int Products = 50_000;

    public static void Write(string path, long events)
    {
        if (File.Exists(path))
            return;
        var random = new Random(1);
        using var file = new StreamWriter(path + ".part", false, new System.Text.UTF8Encoding(false), 1 << 20);
        file.Write("user_id,item_id,timestamp,event_type,quantity,price\n");
        var shoppers = events / 10;
        var time = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var step = TimeSpan.FromDays(300) / events;
        var open = new (long User, int Product)[64];
        for (long written = 0; written < events; written++)
        {
            time += step;
            ref var visit = ref open[random.Next(open.Length)];
            if (random.Next(5) == 0)
                visit.User = random.NextInt64(shoppers);
            if (random.Next(3) != 0)
                visit.Product = (int)(Products * Math.Pow(random.NextDouble(), 2));
            var dirt = random.Next(1000);
            var kind = random.Next(100) switch { < 86 => "view", < 95 => "add_to_cart", _ => "purchase" };
            var price = (99 + visit.Product * 7919L % 20_000) * (dirt == 0 ? 100 : 1) / 100d;
            var user = dirt is >= 1 and < 10 ? "" : $"U{visit.User:D8}";
            var row = string.Create(CultureInfo.InvariantCulture, $"{user},P{visit.Product:D6},{(dirt == 10 ? "n/a" : time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture))},{(dirt == 11 ? "mystery" : kind)},1,{price:0.00}\n");
            file.Write(row);
            if (dirt is >= 12 and < 22 && ++written < events)
                file.Write(row);
            else if (dirt is >= 22 and < 32 && ++written < events)
                file.Write(string.Create(CultureInfo.InvariantCulture, $"{user},P{visit.Product:D6},{time.AddSeconds(1):yyyy-MM-ddTHH:mm:ss}Z,{kind},1,{price:0.00}\n"));
        }
        file.Close();
        File.Move(path + ".part", path);
    }
}
