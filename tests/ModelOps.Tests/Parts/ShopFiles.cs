using System.Globalization;
using System.Text;

namespace ModelOps.Tests.Parts;

/// <summary>Uploads of a made-up shop, with every kind of dirt; the same for the same seed.</summary>
internal static class ShopFiles
{
    /// <summary>About 75 bytes a row. Not in the order of time; with repeated rows, late ones, bots, returns, prices off by a hundred and lines that cannot be read.</summary>
    public static string Events(int seed, int rows)
    {
        string[] events = ["view", "view", "view", "add_to_cart", "purchase", "purchase", "mystery"];
        var random = new Random(seed);
        var csv = new StringBuilder("user_id,item_id,timestamp,event_type,quantity,price,session_id,title\n");
        var line = "";
        for (var i = 0; i < rows; i++)
        {
            var (item, second) = (random.Next(90), seed * 400_000 + i * 40 + (random.Next(9) == 0 ? -random.Next(300_000) : 0));
            if (random.Next(25) > 0 || line == "")
                line = string.Create(CultureInfo.InvariantCulture, $"{(random.Next(50) == 0 ? "" : $"u{random.Next(160)}{(random.Next(40) == 0 ? "@shop.example" : "")}")},{(item == 7 ? "POST" : $"p{item}")},{new DateTime(2026, 1, 1).AddSeconds(second):yyyy-MM-dd HH:mm:ss},{events[random.Next(events.Length)]},{random.Next(-1, 4)},{1 + item * .37 * (random.Next(60) == 0 ? 100 : 1):0.00},s{random.Next(300)},\"Title, {item % 80} Café\"");
            csv.Append(line).Append('\n');
            if (random.Next(300) == 0)
                csv.Append("\"torn,line\n");
        }
        for (var i = 0; i < 120; i++)
            csv.Append(CultureInfo.InvariantCulture, $"bot,p{i % 90},2026-01-0{seed % 8 + 1} 03:00:{i / 3:00},view,1,,b1,\n");
        return csv.ToString();
    }

    /// <summary>GA4's export: several products an event.</summary>
    public static string JsonLines(int rows) => string.Concat(Enumerable.Range(0, rows).Select(i =>
        $$"""{"event_name":"purchase","user_id":"u{{i % 170}}","timestamp":"2026-01-{{i % 27 + 1:00}}T10:00:00+02:00","items":[{"item_id":"p{{i % 90}}","price":{{i % 9}}.5},{"item_id":"j{{i % 5}}","quantity":2}]}""" + "\n"));

    public static string Products() =>
        "id,title,brand,product_type,price\n" + string.Concat(Enumerable.Range(0, 85).Select(i => $"p{i},Title {i % 80} lamp {i},B{i % 7},{(i % 6 == 0 ? "" : $"C{i % 4} > D{i % 9}")},{i}\n"));

    public static string Users() => "user_id,age\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"u{i},{20 + i}\n"));
}
