using System.Globalization;
using System.Text;
using CsCheck;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.Features.Users;
using ModelOps.Tests.Checks;

namespace ModelOps.Tests.Labels;

/// <summary>What is known at an event may not change with what happens after it.</summary>
public sealed class FutureTests
{
    private sealed record Happening(int User, int Item, int Hours, int Kind, int Quantity);

    private static readonly DateTime Start = new(2025, 11, 20, 0, 0, 0, DateTimeKind.Utc);

    private static readonly Gen<Happening[]> Histories =
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 9], Gen.Int[0, 24 * 300], Gen.Int[0, 2], Gen.Int[1, 3], (user, item, hours, kind, quantity) => new Happening(user, item, hours, kind, quantity)).Array[20, 60];

    private const string Products = "id,title,brand,product_type,price\ni0,T0,B0,C0,1\ni1,T1,B1,C1,1\ni2,T2,B2,C2,1\ni3,T3,B0,C0,1\ni4,T4,B1,C1,1\ni5,T5,B2,C2,1\ni6,T6,B0,C1,1\ni7,T7,B1,C2,1\ni8,T8,,,1\ni9,T9,B2,C0,1\n";

    [Fact]
    public async Task UserTags_AreThoseOfTheDefinition_AtEveryEvent() => await Histories.SampleAsync(async history =>
    {
        using var version = await BuildAsync(history);
        var shop = Bought(version);
        var answers = TagsAtEvents(version);

        Assert.NotEmpty(answers);
        Assert.All(answers, answer => Assert.Equal(UserTags.AsOf(answer.Time, shop.Where(b => b.User == answer.User).Select(b => b.Item), shop.Select(b => b.Item)), answer.Tags));
    }, iter: 12, threads: 1);

    [Fact]
    public async Task PlantedFuture_ChangesNothingThatIsKnownBefore() => await Gen.Select(Histories, Gen.Int[24 * 60, 24 * 250], Histories).SampleAsync(async (history, cut, later) =>
    {
        var past = history.Where(h => h.Hours <= cut).ToArray();
        if (past.Length == 0)
            return;
        // The signal: after the cut everybody buys product 7, dearly and often; others come, and whatever else may happen, returns among it.
        var planted = Enumerable.Range(1, 4).SelectMany(user => Enumerable.Range(1, 30).Select(i => new Happening(user, 7, cut + i, 2, 100)))
            .Concat(later.Select(h => h with { User = h.User + h.Item % 3, Hours = cut + 1 + h.Hours, Quantity = h.Kind == 2 && h.Item % 4 == 0 ? -h.Quantity : h.Quantity }));
        using var without = await BuildAsync(past);
        using var with = await BuildAsync([.. past, .. planted]);

        Assert.Equal(Known(without), Known(with, Start.AddHours(cut)));
        Assert.Equal(TagsAtEvents(without), TagsAtEvents(with).Where(answer => answer.Time <= Start.AddHours(cut)));
    }, iter: 8, threads: 1);

    private static Task<BuiltFromCsv> BuildAsync(IEnumerable<Happening> history)
    {
        var csv = new StringBuilder("user_id,item_id,timestamp,event_type,quantity,price\n");
        string[] kinds = ["view", "add_to_cart", "purchase"];
        foreach (var h in history)
            csv.Append(CultureInfo.InvariantCulture, $"u{h.User},i{h.Item},{Start.AddHours(h.Hours):yyyy-MM-dd HH:mm:ss},{kinds[h.Kind]},{h.Quantity},{0.4 + h.Item * 2.35 * (1 + h.User)}\n");
        return BuiltFromCsv.FilesAsync([(SourceKind.Events, csv.ToString()), (SourceKind.Products, Products)]);
    }

    /// <summary>Every column of an event that is no label and no split.</summary>
    private static List<string> Known(BuiltFromCsv version, DateTime? until = null) => version.Query(DatasetFiles.Events,
        $"SELECT CAST(to_json(known) AS VARCHAR) FROM (SELECT * EXCLUDE (label_next_item, label_bought, label_returned, time_split, leave_one_out) FROM {{0}} WHERE time <= '{until ?? DateTime.MaxValue:yyyy-MM-dd HH:mm:ss}') AS known", row => row.GetString(0));

    private static List<(string User, BoughtItem Item)> Bought(BuiltFromCsv version) => version.Query(DatasetFiles.Events,
        $"SELECT user_id, time, item_id, quantity, e.price, category, brand FROM {{0}} e LEFT JOIN read_parquet('{version.FileOf(DatasetFiles.Products)}') USING (item_id) WHERE event = 'purchase'",
        row => (row.GetString(0), new BoughtItem(row.GetDateTime(1), row.GetString(2), row.GetInt32(3), row.GetDouble(4), row.IsDBNull(5) ? null : row.GetString(5), row.IsDBNull(6) ? null : row.GetString(6))));

    private static List<(string User, DateTime Time, UserTags? Tags)> TagsAtEvents(BuiltFromCsv version) => version.Query(DatasetFiles.Events,
        $"""
        SELECT e.user_id, e.time, orders, spend, segment, lifecycle, price_band, favourite_category, favourite_brand
        FROM (SELECT DISTINCT user_id, time FROM {"{0}"}) e LEFT JOIN read_parquet('{version.FileOf(DatasetFiles.UserTags)}') t
            ON t.user_id = e.user_id AND e.time > valid_from AND (valid_until IS NULL OR e.time <= valid_until) ORDER BY ALL
        """,
        row => (row.GetString(0), row.GetDateTime(1), row.IsDBNull(2) ? null : new UserTags(row.GetInt32(2), row.GetDouble(3), row.GetString(4), row.GetString(5),
            row.IsDBNull(6) ? null : row.GetString(6), row.IsDBNull(7) ? null : row.GetString(7), row.IsDBNull(8) ? null : row.GetString(8))));
}
