using System.Globalization;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.Tests.Checks;

namespace ModelOps.Tests.Statistics;

/// <summary>What a version's statistics say of its columns, before and after the checks.</summary>
public sealed class StatisticsTests
{
    private const string Header = "user_id,item_id,timestamp,event_type,quantity,price,session_id,title\n";

    /// <summary>Ten rows, of which the second to last is dropped and four are put aside.</summary>
    private const string Dirty = Header + """
        1,a,2026-05-01 10:00:00,view,1,5,s1,A
        2,b,2026-05-01 10:30:00,view,2,7.5,s2,B
        3,c,2026-05-01 12:00:00,purchase,4,9.99,s3,C
        ,d,2026-05-01 10:00:00,view,1,5,s4,D
        4,e,yesterday,view,1,6,s5,E
        5,f,2026-05-02 09:00:00,purchase,two,8,s6,F
        6,g,2026-05-02 10:00:00,view,,ask us,s7,G
        7,h,2026-05-02 11:00:00,view,1,,s8,H
        1,a,2026-05-01 10:00:00,view,1,5,s1,A
        8,i,,view,1,5,s9,I

        """;

    [Fact]
    public async Task Columns_OfADirtyFile_CountWhatWasReadAndKept()
    {
        using var version = await BuiltFromCsv.EventsAsync(Dirty);
        Assert.Equal(new DatasetRows(10, 5, 4), version.Built.Rows);

        Expect(version, "price", (8, 3), empty: (1, 1), unreadable: (1, 1));
        Expect(version, "quantity", (9, 5), empty: (0, 0), unreadable: (1, 0));
        Expect(version, "time", (8, 5), empty: (1, 0), unreadable: (1, 0));
        Expect(version, "hour", (8, 5), empty: (1, 0), unreadable: (1, 0));
        Expect(version, "event", (10, 5), empty: (0, 0), unreadable: (0, 0));
        Expect(version, "events_per_user", (8, 5), empty: (0, 0), unreadable: (0, 0));
    }

    [Fact]
    public async Task Histograms_OfADirtyFile_HaveTheSameBarsBeforeAndAfter()
    {
        using var version = await BuiltFromCsv.EventsAsync(Dirty);

        Assert.Equal(
            [new(5, 5.5, 4, 1), new(5.5, 6, 0, 0), new(6, 6.5, 1, 0), new(6.5, 7, 0, 0), new(7, 7.5, 0, 0), new(7.5, 8, 1, 1), new(8, 8.5, 1, 0), new(8.5, 9, 0, 0), new(9, 9.5, 0, 0), new(9.5, 10, 1, 1)],
            Column(version, "price").Histogram);
        Assert.Equal([new(1, 2, 7, 3), new(2, 3, 1, 1), new(3, 4, 0, 0), new(4, 5, 1, 1)], Column(version, "quantity").Histogram);
        Assert.Equal([new(1, 2, 7, 5), new(2, 3, 1, 0)], Column(version, "events_per_user").Histogram);
        var hours = Column(version, "time").Histogram;
        Assert.All(hours, bar => Assert.Equal(3600, bar.To - bar.From));
        Assert.Equal(
            [("05-01 10:00", 4, 2), ("05-01 12:00", 1, 1), ("05-02 09:00", 1, 0), ("05-02 10:00", 1, 1), ("05-02 11:00", 1, 1)],
            hours.Where(bar => bar.Before > 0).Select(bar => (Moment(bar.From), bar.Before, bar.After)));
    }

    [Fact]
    public async Task Values_OfADirtyFile_AreOrderedByWhatWasRead()
    {
        using var version = await BuiltFromCsv.EventsAsync(Dirty);

        Assert.Equal([new("view_item", 8, 4), new("purchase", 2, 1)], Column(version, "event").Top);
        Assert.Equal([new("10", 5, 3), new("11", 1, 1), new("12", 1, 1), new("9", 1, 0)], Column(version, "hour").Top);
        Assert.Equal(5, Column(version, "item_id").Distinct);
    }

    [Fact]
    public async Task Quantiles_ShowBothSides()
    {
        using var version = await BuiltFromCsv.EventsAsync(Dirty);

        var price = Column(version, "price");
        Assert.Equal((5d, 5d, 9.99), (Value(price.QuantilesBefore, 0), Value(price.QuantilesBefore, .5), Value(price.QuantilesBefore, 1)));
        Assert.Equal((5d, 7.5, 9.99), (Value(price.Quantiles, 0), Value(price.Quantiles, .5), Value(price.Quantiles, 1)));
    }

    [Fact]
    public async Task Bars_OfManyDirtyRows_NeverGainRows_AndAddUp()
    {
        var random = new Random(20261129);
        string Any(params string[] values) => values[random.Next(values.Length)];
        var rows = string.Concat(Enumerable.Range(0, 3000).Select(i => string.Create(CultureInfo.InvariantCulture,
            $"{Any("", $"{random.Next(90)}")},{Any("", "i1", "i2", $"i{random.Next(40)}")},{Any("", "soon", "1970-01-01 00:00:00", $"{1_770_000_000 + random.Next(20_000_000)}", $"{1_770_000_000 + random.Next(20_000_000)}")},{Any("view", "purchase", "mystery")},{Any("", "some", "-2", "1", $"{random.Next(40)}")},{Any("", "free", "0", "-1", "1e9", $"{random.NextDouble() * 90:0.00}")},s{i},T\n")));
        using var version = await BuiltFromCsv.EventsAsync(Header + rows);

        Assert.InRange(version.Built.Rows.Kept, 100, 2900);
        foreach (var column in version.Built.Statistics.Columns.Where(column => column.Before > 0))
        {
            Assert.Equal(column.Missing, column.Empty.After + column.Unreadable.After);
            if (column.Kind != "category")
                Assert.Equal((column.Before, column.After), (column.Histogram.Sum(bar => bar.Before), column.Histogram.Sum(bar => bar.After)));
            if (column.Column is "events_per_user" || column.Column.Contains('.', StringComparison.Ordinal))
                continue; // a user's kept events are fewer, which is another bar; other tables have rows of their own
            Assert.All(column.Histogram, bar => Assert.InRange(bar.After, 0, bar.Before));
            Assert.All(column.Top, value => Assert.InRange(value.After, 0, value.Before));
            Assert.Equal((version.Built.Rows.Read, version.Built.Rows.Kept), (column.Before + column.Empty.Before + column.Unreadable.Before, column.After + column.Missing));
        }
    }

    [Fact]
    public async Task Bars_ManyTimesIn1970_LeaveTheGoodOnesReadable()
    {
        var rows = string.Concat(Enumerable.Range(0, 400).Select(i => i % 4 == 0 ? $"{i},a,1970-01-01 00:00:00,view,1,5,s{i},A\n" : $"{i},a,{1_770_000_000 + i * 86_400L / 2},view,1,5,s{i},A\n"));
        using var version = await BuiltFromCsv.EventsAsync(Header + rows);

        var bars = Column(version, "time").Histogram;
        Assert.InRange(bars.Count(bar => bar.After > 0), bars.Count / 2, bars.Count);
        Assert.Equal((100L, 0L), (bars[0].Before, bars[0].After));
    }

    [Fact]
    public async Task OtherTables_AreMeasuredColumnByColumn_WithoutNamingWhatFewRowsHave()
    {
        var users = "user_id,age,country,registered,loves/hates,shoe size\n" + string.Concat(Enumerable.Range(0, 40).Select(i => string.Create(CultureInfo.InvariantCulture,
            $"u{i},{20 + i % 10},{(i < 30 ? "DE" : i < 37 ? "FR" : "IT")},2026-01-0{1 + i % 9} 10:00:00,{(i % 4 == 0 ? "" : "tea")},{38 + i % 4 * .5}\n")));
        var products = "item_id,title,category,price,availability\na,Anvil,Tools,10,in stock\nb,Bell,Toys,,out of stock\n";
        using var version = await BuiltFromCsv.FilesAsync([(SourceKind.Events, Header + "1,a,2026-05-01 10:00:00,view,1,5,s1,A\n"), (SourceKind.Users, users), (SourceKind.Products, products)]);

        var age = Column(version, "users.age");
        Assert.Equal(("number", 40, 40, 24d), (age.Kind, age.Before, age.After, Value(age.Quantiles, .5)));
        Assert.DoesNotContain(age.Quantiles, quantile => quantile.Share is 0 or 1); // the oldest is somebody
        Assert.Equal(40, age.Histogram.Sum(bar => bar.After));
        var country = Column(version, "users.country");
        Assert.Equal(3, country.Distinct);
        Assert.Equal([new("DE", 30, 30), new("FR", 7, 7)], country.Top); // three Italians could be named
        Assert.Equal("time", Column(version, "users.registered").Kind);
        var tea = Column(version, "users.loves/hates");
        Assert.Equal((30, 10), (tea.After, tea.Missing));
        Assert.Equal([new("tea", 30, 30)], tea.Top);
        Assert.Equal("number", Column(version, "users.shoe size").Kind);
        Assert.Empty(Column(version, "users.user_id").Top);
        Assert.Equal((1, 1), (Column(version, "products.price").After, Column(version, "products.price").Missing));
        Assert.Equal(2, Column(version, "products.available").Distinct);
        Assert.DoesNotContain(version.Built.Statistics.Columns, column => column.Column is "products.category" or "products.brand"); // they are there without the table's name
    }

    private static ColumnStatistics Column(BuiltFromCsv version, string name) => version.Built.Statistics.Columns.Single(column => column.Column == name);

    private static void Expect(BuiltFromCsv version, string name, (long, long) rows, (long Before, long After) empty, (long Before, long After) unreadable)
    {
        var column = Column(version, name);
        Assert.Equal((name, rows), (name, (column.Before, column.After)));
        Assert.Equal((name, new RowCount(empty.Before, empty.After), new RowCount(unreadable.Before, unreadable.After)), (name, column.Empty, column.Unreadable));
    }

    private static double Value(IEnumerable<Quantile> quantiles, double share) => quantiles.Single(quantile => quantile.Share == share).Value;

    private static string Moment(double seconds) => DateTimeOffset.FromUnixTimeSeconds((long)seconds).ToString("MM-dd HH:mm", CultureInfo.InvariantCulture);
}
