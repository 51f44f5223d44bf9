using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.Tests.Checks;

public sealed class ChecksTests
{
    private const string Header = "user_id,item_id,timestamp,event_type,quantity,price,session_id,title\n";
    private const string Good = "1,a1,2026-05-01 10:00:00,view,1,5,s1,Anvil\n2,b2,2026-05-01 10:01:00,view,1,5,s2,Bell\n";

    /// <summary>Two good rows and then what the check is there for: name, rows, findings, rows kept.</summary>
    public static TheoryData<string, string, int, int> Cases => new()
    {
        { "numeric-ids", "17147.0,a1,2026-05-02 10:00:00,view,1,5,s3,Anvil\n3,4711.0,2026-05-02 10:00:00,view,1,5,s4,Cup\n", 2, 4 },
        { "missing-user", ",a1,2026-05-02 10:00:00,view,1,5,s3,Anvil\nnull,a1,2026-05-02 11:00:00,view,1,5,s3,Anvil\n", 2, 2 },
        { "missing-item", "3,,2026-05-02 10:00:00,view,1,5,s3,\n3,(not set),2026-05-02 11:00:00,view,1,5,s3,\n", 2, 2 },
        { "unreadable-time", "3,a1,yesterday,view,1,5,s3,Anvil\n3,a1,,view,1,5,s3,Anvil\n3,a1,2026-13-45 10:00:00,view,1,5,s3,Anvil\n", 3, 2 },
        { "future-time", "3,a1,2026-11-02 00:00:01,view,1,5,s3,Anvil\n3,a1,2026-11-01 23:59:59,view,1,5,s3,Anvil\n", 1, 3 },
        { "ancient-time", "3,a1,1970-01-01 00:00:00,view,1,5,s3,Anvil\n3,a1,1990-01-01 00:00:00,view,1,5,s3,Anvil\n", 1, 3 },
        { "time-zone", "3,a1,2026-05-02T10:00:00+02:00,view,1,5,s3,Anvil\n3,a1,2026-05-02T10:00:00Z,view,1,5,s3,Anvil\n3,a1,2026-05-02T10:05:00+00:00,view,1,5,s3,Anvil\n", 1, 5 },
        { "time-order", "3,a1,2026-04-02 10:00:00,view,1,5,s3,Anvil\n3,a1,2026-05-03 10:00:00,view,1,5,s3,Anvil\n", 1, 4 },
        { "unknown-event", "3,a1,2026-05-02 10:00:00,mystery,1,5,s3,Anvil\n3,a1,2026-05-02 10:00:00,detail-page-view,1,5,s3,Anvil\n", 1, 3 },
        { "unreadable-quantity", "3,a1,2026-05-02 10:00:00,purchase,two,5,s3,Anvil\n3,a1,2026-05-02 11:00:00,purchase,2.5,5,s3,Anvil\n3,a1,2026-05-02 12:00:00,purchase,2.0,5,s3,Anvil\n", 2, 3 },
        { "unreadable-price", "3,a1,2026-05-02 10:00:00,purchase,1,ask us,s3,Anvil\n3,a1,2026-05-02 11:00:00,purchase,1,,s3,Anvil\n", 1, 4 },
        { "zero-price", "3,a1,2026-05-02 10:00:00,purchase,1,0,s3,Anvil\n3,a1,2026-05-02 11:00:00,purchase,1,-4,s3,Anvil\n", 2, 4 },
        { "outlier-price", "3,a1,2026-05-02 10:00:00,view,1,5,s3,Anvil\n3,a1,2026-05-02 11:00:00,view,1,5,s3,Anvil\n3,a1,2026-05-02 12:00:00,view,1,5,s3,Anvil\n3,a1,2026-05-02 13:00:00,view,1,500,s3,Anvil\n", 1, 6 },
        { "cancellation", "3,a1,2026-05-02 10:00:00,purchase,-1,5,s3,Anvil\n3,b2,2026-05-02 11:00:00,purchase,1,5,C12345,Bell\n", 2, 2 },
        { "returned-purchase", "3,a1,2026-05-02 09:00:00,purchase,7,5,s3,Anvil\n3,a1,2026-05-02 10:00:00,purchase,3,5,s4,Anvil\n3,a1,2026-05-02 11:00:00,purchase,-3,5,s5,Anvil\n", 1, 4 },
        { "unmatched-cancellation", "3,a1,2026-05-02 09:00:00,purchase,2,5,s3,Anvil\n3,a1,2026-05-02 10:00:00,purchase,-3,5,s4,Anvil\n", 1, 3 },
        { "service-code", string.Concat(Enumerable.Range(10, 30).Select(i => $"3,x{i},2026-05-02 10:00:00,view,1,5,s3,T{i}\n")) + "3,POST,2026-05-02 10:00:00,view,1,18,s3,Postage\n", 1, 32 },
        { "exact-duplicate", "3,a1,2026-05-02 10:00:00,view,1,5,s3,Anvil\n3,a1,2026-05-02 10:00:00,view,1,5,s3,Anvil\n3,a1,2026-05-02 10:00:00,view,1,5.0,s3,Anvil\n3,a1,2026-05-02 10:00:00,view,2,5,s3,Anvil\n", 2, 4 },
        { "near-duplicate", "3,a1,2026-05-02 10:00:00,view,1,5,s3,Anvil\n3,a1,2026-05-02 10:00:02,view,1,5,s3,Anvil\n3,a1,2026-05-02 10:00:05,view,1,5,s3,Anvil\n3,b2,2026-05-02 10:00:05,view,1,5,s3,Bell\n", 1, 5 },
        { "bot-session", string.Concat(Enumerable.Range(0, 120).Select(i => $"9,a{i % 40},2026-05-02 10:00:{i / 2:00}.{i % 2}1,view,1,5,s9,T{i % 40}\n")), 120, 2 },
        { "mojibake", "3,c3,2026-05-02 10:00:00,view,1,5,s3,CafÃ© CrÃ¨me\n3,d4,2026-05-02 11:00:00,view,1,5,s3,Âme à Ã©\n3,e5,2026-05-02 12:00:00,view,1,5,s3,Crème Brûlée\n", 1, 5 },
        { "lost-character", "3,c3,2026-05-02 10:00:00,view,1,5,s3,Caf\uFFFD\n", 1, 3 },
        { "personal-data", "ann@example.com,a1,2026-05-02 10:00:00,view,1,5,s3,Anvil\n3,b2,2026-05-02 11:00:00,view,1,5,s3,\"Bell, call +49 30 1234567\"\n", 2, 4 },
        { "several-ids", "3,a9,2026-05-02 10:00:00,view,1,5,s3,ANVIL!\n", 1, 3 },
        { "several-titles", "3,a1,2026-05-02 10:00:00,view,1,5,s3,Anvil with horn\n", 1, 3 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Check_FindsWhatItIsFor_AndNothingElse(string check, string rows, int findings, int kept)
    {
        using var version = await BuiltFromCsv.EventsAsync(Header + Good + rows);

        var result = version.Check(check);
        Assert.Equal(findings, result.Rows);
        Assert.Equal(Math.Min(findings, 5), result.Samples.Count);
        Assert.Equal(kept, version.Built.Rows.Kept);
        Assert.Equal(kept, version.Query(DatasetFiles.Events, "SELECT count(*) FROM {0}", row => row.GetInt64(0))[0]);
    }

    [Fact]
    public async Task Checks_GoodRows_FindNothing()
    {
        using var version = await BuiltFromCsv.EventsAsync(Header + Good);

        Assert.Empty(version.Found);
        Assert.Equal(new CheckList(new DatasetRules(), BuiltFromCsv.Now).All.Select(check => check.Name), version.Built.Checks.Select(check => check.Check));
    }

    [Fact]
    public void Checks_EveryCheck_HasACase() => Assert.Empty(
        new CheckList(new DatasetRules(), BuiltFromCsv.Now).All.Where(check => check is not TableCheck).Select(check => check.Name)
            .Except(Cases.Select(row => row.Data.Item1)).Except(["unknown-product", "missing-from-catalogue", "category-conflict"])); // these need a catalogue or the event log

    [Theory]
    [InlineData("1 234,50 €", 1234.5)]
    [InlineData("1\u00A0234\u202F567 kr", 1234567.0)]
    [InlineData("1'234.50 CHF", 1234.5)]
    [InlineData("1.234.567 €", 1234567.0)]
    [InlineData("1.234,50", 1234.5)]
    [InlineData("$1,234.50", 1234.5)]
    [InlineData("0,999", .999)]
    [InlineData("12,99", 12.99)]
    [InlineData("-£12.50", -12.5)]
    [InlineData("12.50- EUR", -12.5)]
    [InlineData("9 EUR", 9.0)]
    [InlineData("2 for 10.00", null)]
    [InlineData("ask us", null)]
    public async Task Price_AsShopsWriteIt_IsReadOrSaidToBeUnreadable(string written, double? price)
    {
        using var version = await BuiltFromCsv.EventsAsync(Header + $"3,a1,2026-05-02 10:00:00,purchase,1,\"{written}\",s3,Anvil\n");

        Assert.Equal(price, version.Query(DatasetFiles.Events, "SELECT price FROM {0}", row => row.IsDBNull(0) ? (double?)null : row.GetDouble(0)).Single());
        Assert.Equal(price is null ? 1 : 0, version.Check("unreadable-price").Rows);
    }

    [Fact]
    public async Task Refund_IsACancellation()
    {
        using var version = await BuiltFromCsv.EventsAsync(Header + "3,a1,2026-05-02 10:00:00,purchase,2,5,s3,Anvil\n3,a1,2026-05-03 10:00:00,refund,2,5,s3,Anvil\n");

        Assert.Equal((1L, 1L, 0L), (version.Check("cancellation").Rows, version.Check("returned-purchase").Rows, version.Check("unmatched-cancellation").Rows));
    }

    [Fact]
    public async Task Cancellations_OfOnePurchase_TakeItBackOnce()
    {
        using var version = await BuiltFromCsv.EventsAsync(Header +
            "3,a1,2026-05-02 10:00:00,purchase,3,5,s1,Anvil\n3,a1,2026-05-03 10:00:00,purchase,-2,5,s2,Anvil\n3,a1,2026-05-04 10:00:00,purchase,-2,5,s3,Anvil\n3,a1,2026-05-05 10:00:00,purchase,-1,5,s4,Anvil\n" +
            "3,b2,2026-05-02 10:00:00,purchase,1,5,s1,Bell\n3,b2,2026-05-02 11:00:00,purchase,1,5,s2,Bell\n3,b2,2026-05-03 10:00:00,purchase,-1,5,s3,Bell\n3,b2,2026-05-03 10:00:00,purchase,-1,5,s4,Bell\n");

        Assert.Equal((5L, 3L, 1L), (version.Check("cancellation").Rows, version.Check("returned-purchase").Rows, version.Check("unmatched-cancellation").Rows));
        Assert.Equal(3, version.Query(DatasetFiles.Events, "SELECT count(*) FROM {0} WHERE label_returned", row => row.GetInt64(0)).Single());
    }

    [Fact]
    public async Task Cancellation_OfAPurchaseThatComesTwice_TakesBackTheOneThatStays()
    {
        var purchase = "3,a1,2026-05-02 10:00:00,purchase,1,5,s1,Anvil\n";
        using var version = await BuiltFromCsv.EventsAsync(Header + purchase + purchase + "3,a1,2026-05-03 10:00:00,purchase,-1,5,s2,Anvil\n");

        Assert.True(version.Query(DatasetFiles.Events, "SELECT label_returned FROM {0}", row => row.GetBoolean(0)).Single());
    }

    [Fact]
    public async Task BotSession_ProductsOfAListAndPurchases_AreNone()
    {
        var listed = string.Concat(Enumerable.Range(0, 120).Select(i => $"9,a{i},2026-05-02 10:00:{i / 24 * 10:00},view_item_list,1,5,s9,T{i}\n"));
        var looked = string.Concat(Enumerable.Range(0, 120).Select(i => $"8,a{i},2026-05-02 10:00:{i / 2:00}.{i % 2}1,view,1,5,s8,T{i}\n"));
        using var version = await BuiltFromCsv.EventsAsync(Header + listed + looked + "8,a1,2026-05-02 10:01:30,purchase,1,5,s8,T1\n");

        Assert.Equal(120, version.Check("bot-session").Rows);
        Assert.Equal(121, version.Built.Rows.Kept);
    }

    [Fact]
    public async Task Cancellation_OrderNumbersThatBeginWithC_OfViewsAreNone()
    {
        using var version = await BuiltFromCsv.EventsAsync(Header + "3,a1,2026-05-02 10:00:00,view,1,5,C1001,Anvil\n");

        Assert.Equal(1, version.Built.Rows.Kept);
    }

    [Fact]
    public async Task Checks_PersonInAnyColumn_IsHashedInQuarantineAndSamples()
    {
        using var version = await BuiltFromCsv.FilesAsync(
        [
            (SourceKind.Events, Header + Good + "U1,a1,jane@example.com,view,jane@example.com,call +49 30 1234567,s1,Anvil\nU1,a1,2026-05-02 10:00:00,jane@example.com,1,5,s1,Anvil\n+6581234567,a1,2026-05-02 10:00:00,view,1,5,s1,Anvil\n"),
            (SourceKind.Messages, "text,time\n\"write to jane@example.com, or +49 30 1234567\",yesterday\n"),
            (SourceKind.Users, "id,phone\n7,01701234567\n"),
        ]);

        var told = System.Text.Json.JsonSerializer.Serialize(new { version.Built.Checks, version.Built.Sources })
            + string.Join('\n', new[] { DatasetFiles.Quarantine, DatasetFiles.Events, "users.parquet" }.SelectMany(file => version.Query(file, "SELECT CAST(to_json(t) AS VARCHAR) FROM {0} t", row => row.GetString(0))));
        Assert.All(["jane@", "1234567", "81234567"], detail => Assert.DoesNotContain(detail, told, StringComparison.Ordinal));
        Assert.Contains("email:", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Catalogue_ProductWithoutId_IsPutAside()
    {
        using var version = await BuiltFromCsv.EventsAsync(Header + Good, products: "id,title,price\n,Mug,ask us\na1,Anvil,ask us\n");

        Assert.Equal("missing-value", version.Query(DatasetFiles.Quarantine, "SELECT reason FROM {0}", row => row.GetString(0)).Single());
        Assert.Equal("a1", version.Query(DatasetFiles.Products, "SELECT item_id FROM {0} WHERE title = 'Anvil'", row => row.GetString(0)).Single());
    }

    [Fact]
    public async Task Checks_RowWithSeveralFaults_CountsInEachAndSaysAll()
    {
        using var version = await BuiltFromCsv.EventsAsync(Header + Good + ",,yesterday,mystery,1,5,s3,\n");

        Assert.Equal(["missing-item", "missing-user", "unknown-event", "unreadable-time"], version.Found.Keys.Order());
        Assert.Equal("missing-user, missing-item, unreadable-time, unknown-event", version.Query(DatasetFiles.Quarantine, "SELECT reason FROM {0}", row => row.GetString(0)).Single());
        Assert.Contains("yesterday", version.Query(DatasetFiles.Quarantine, "SELECT raw FROM {0}", row => row.GetString(0)).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repairs_AreInTheVersion()
    {
        using var version = await BuiltFromCsv.EventsAsync(Header + Good + "17147.0,c3,2026-05-02T10:00:00+02:00,view,1,\"1.234,50 €\",s3,CafÃ©\n");

        Assert.Equal(("17147", "08:00:00", 1234.5), version.Query(DatasetFiles.Events, "SELECT user_id, strftime(time, '%H:%M:%S'), price FROM {0} WHERE item_id = 'c3'", row => (row.GetString(0), row.GetString(1), row.GetDouble(2))).Single());
        Assert.Equal("Café", version.Query(DatasetFiles.Products, "SELECT title FROM {0} WHERE item_id = 'c3'", row => row.GetString(0)).Single());
    }

    [Fact]
    public async Task Rules_TimeZone_ConvertsLocalTimes()
    {
        using var version = await BuiltFromCsv.EventsAsync(Header + "1,a1,2026-07-01 10:00:00,view,1,5,s1,Anvil\n1,a1,2026-01-01 10:00:00,view,1,5,s1,Anvil\n1,a1,1300000000,view,1,5,s1,Anvil\n", new DatasetRules(TimeZone: "Europe/London"));

        Assert.Equal(2, version.Check("time-zone").Rows);
        Assert.Equal(["2011-03-13 07:06", "2026-01-01 10:00", "2026-07-01 09:00"], version.Query(DatasetFiles.Events, "SELECT strftime(time, '%Y-%m-%d %H:%M') FROM {0}", row => row.GetString(0)));
    }

    [Fact]
    public async Task Rules_OtherActionAndLimit_ChangeWhatIsKept()
    {
        var rows = Header + Good + "3,a1,2026-05-02 10:00:00,view,1,5,s3,Anvil\n3,a1,2026-05-02 10:00:08,view,1,5,s3,Anvil\n3,b2,2026-05-02 10:00:00,purchase,1,0,s3,Bell\n";
        using var without = await BuiltFromCsv.EventsAsync(rows);
        using var with = await BuiltFromCsv.EventsAsync(rows, new DatasetRules(new Dictionary<string, CheckRule> { ["near-duplicate"] = new(Limit: 10), ["zero-price"] = new("quarantine") }));

        Assert.Equal((5L, 3L), (without.Built.Rows.Kept, with.Built.Rows.Kept));
        Assert.Equal(("quarantine", 10d), (with.Check("zero-price").Action, with.Check("near-duplicate").Limit));
    }

    [Theory]
    [InlineData("no-such-check", "drop", null, "There is no check")]
    [InlineData("missing-user", "repair", null, "It can: keep, quarantine, drop")]
    [InlineData("missing-user", null, 3d, "has no limit")]
    [InlineData("near-duplicate", null, -1d, "above zero")]
    public void Rules_ThatCannotBeFollowed_SayWhy(string check, string? action, double? limit, string says) =>
        Assert.Contains(says, Assert.Throws<RulesException>(() => new CheckList(new DatasetRules(new Dictionary<string, CheckRule> { [check] = new(action, limit) }), BuiltFromCsv.Now)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Catalogue_Conflicts_AreFound()
    {
        using var version = await BuiltFromCsv.EventsAsync(Header + Good + "3,x9,2026-05-02 10:00:00,view,1,5,s3,\n",
            products: "id,title,brand,product_type\na1,Anvil,Acme,Tools\na1,Anvil,Acme,Toys\nb2,Bell,Acme,Home\nb2,Bell,Acme,Home > Bells\nb3,BELL,Acme,Home > Bells\nb4,Bell,Other,Home\n");

        Assert.Equal(1, version.Check("category-conflict").Rows);
        Assert.Equal(1, version.Check("several-ids").Rows);
        Assert.Equal(1, version.Check("missing-from-catalogue").Rows);
        Assert.Equal(3, version.Built.Rows.Kept);
    }

    [Theory]
    [InlineData("12.5", 12.5)]
    [InlineData("9 EUR", 9.0)]
    [InlineData("$1,234.50", 1234.5)]
    [InlineData("1.234.567,89 €", 1234567.89)]
    [InlineData("12,99", 12.99)]
    [InlineData("-3.10", -3.1)]
    [InlineData("¥1,234", 1234)]
    public async Task Price_AsShopsWriteIt_IsRead(string text, double price)
    {
        using var version = await BuiltFromCsv.EventsAsync($"{Header}1,a1,2026-05-01 10:00:00,view,1,\"{text}\",s1,Anvil\n");

        Assert.Equal(price, version.Query(DatasetFiles.Events, "SELECT price FROM {0}", row => row.GetDouble(0)).Single(), 6);
    }

    [Fact]
    public void Mojibake_Undo_LeavesRightTextAlone()
    {
        Assert.Equal("Crème Brûlée", Mojibake.Undo("CrÃ¨me BrÃ»lÃ©e"));
        Assert.Equal("naïve – “quoted”", Mojibake.Undo("naÃ¯ve â€“ â€œquotedâ€\u009d"));
        Assert.Equal("złoty, Němec, Тест, 😀", Mojibake.Undo("zÅ‚oty, NÄ›mec, Ð¢ÐµÑ\u0081Ñ‚, ðŸ˜€"));
        Assert.Equal("Тест", Mojibake.Undo("Ð¢Ðµ\u00D1\u0081\u00D1\u0082")); // read as Latin-1
        Assert.All(["ÄRMEL", "ÅNGSTRÖM", "L’ÉTÉ’", "Crème", "Ânes", "日本", "plain", "São Paulo", "â la carte"], text => Assert.Equal(text, Mojibake.Undo(text)));
    }
}
