using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Mapping;

namespace ModelOps.Tests.Checks;

/// <summary>The checks of users, judgements, messages and FAQ.</summary>
public sealed class TableChecksTests
{
    private const string Messages = "text,intent\nwhere is my card?,card\nmy card is late,card\nno card yet,card\n";
    private const string Faq = "question,answer\nWhen?,Soon.\n";
    private const string Users = "id,age\n1,30\n2,\n";
    private const string Judgements = "query,item_id,grade\nmug,a1,3\ncup,a1,0\n";

    /// <summary>A good table and then what the check is there for: kind, table, name, rows, findings, rows kept.</summary>
    public static TheoryData<string, string, string, int, int> Cases => new()
    {
        { "garbled-text", Messages, "wo ist mein GerÃ¤t,card\nCafé au lait,card\n", 1, 5 },
        { "garbled-text", Faq, "Â¿CuÃ¡ndo?,MaÃ±ana.\n", 1, 2 },
        { "empty-message", Messages, "...,card\n?!,\n👍,card\n", 2, 4 },
        { "rare-intent", Messages, "hello,greeting\nhi,greeting\nwhat,\n", 2, 6 },
        { "conflicting-intent", Messages, "Where is my card,lost\nI lost it,lost\nlost it,lost\nwhere is my CARD!,\n", 2, 7 },
        { "repeated-message", Messages, "Where is my card,card\nwhere is my card,card\n", 2, 5 },
        { "conflicting-answer", Faq, "when,Later.\nWhere?,Here.\n", 2, 3 },
        { "repeated-question", Faq, "when,Soon.\n", 1, 2 },
        { "repeated-user", Users, "1,31\n1,32\n", 2, 4 },
        { "impossible-age", Users, "3,-1\n4,999\n5,120\n", 2, 5 },
        { "empty-query", Judgements, "?,a1,1\n", 1, 2 },
        { "grade-out-of-range", Judgements, "mug,b2,-1\nmug,c3,999\nmug,d4,100\n", 2, 3 },
        { "conflicting-grade", Judgements, "Mug,a1,1\nmug,b2,1\nmug,b2,1.0\n", 2, 5 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Check_FindsWhatItIsFor_AndNothingElse(string check, string good, string rows, int findings, int kept)
    {
        using var version = await BuiltFromCsv.FilesAsync([(KindOf(good), good + rows)]);

        var result = version.Check(check);
        Assert.Equal(findings, result.Rows);
        Assert.Equal(Math.Min(findings, 5), result.Samples.Count);
        Assert.Equal(kept, version.Built.Rows.Kept);
        Assert.Equal(rows.Count(c => c == '\n') + good.Count(c => c == '\n') - 1, version.Built.Rows.Read);
        Assert.Equal(result.Action == "quarantine" ? Enumerable.Repeat(check, findings) : [], version.Query(DatasetFiles.Quarantine, "SELECT reason FROM {0}", row => row.GetString(0)));
    }

    [Fact]
    public async Task GoodRows_FindNothing()
    {
        using var version = await BuiltFromCsv.FilesAsync([(SourceKind.Messages, Messages), (SourceKind.Faq, Faq), (SourceKind.Users, Users), (SourceKind.Judgements, Judgements)]);

        Assert.Empty(version.Found);
    }

    [Fact]
    public void EveryCheckOfTables_HasACase() => Assert.Equal(
        new CheckList(new DatasetRules(), BuiltFromCsv.Now).All.OfType<TableCheck>().Select(check => check.Name).Except(["judged-unknown"]).Order(), // that one needs a catalogue
        Cases.Select(row => row.Data.Item1).Distinct().Order());

    [Fact]
    public async Task JudgedUnknown_NeedsACatalogue()
    {
        using var without = await BuiltFromCsv.FilesAsync([(SourceKind.Judgements, Judgements)]);
        using var with = await BuiltFromCsv.FilesAsync([(SourceKind.Judgements, Judgements + "mug,b2,1\n"), (SourceKind.Products, "id,title\na1,Mug\n")]);

        Assert.Equal((0L, 1L), (without.Check("judged-unknown").Rows, with.Check("judged-unknown").Rows));
    }

    [Fact]
    public async Task Repairs_AreInTheVersion()
    {
        using var version = await BuiltFromCsv.FilesAsync([(SourceKind.Messages, Messages + "wo ist mein GerÃ¤t,card\n"), (SourceKind.Users, Users + "3,999\n")]);

        Assert.Contains("wo ist mein Gerät", version.Query(DatasetFiles.Messages, "SELECT text FROM {0}", row => row.GetString(0)));
        Assert.Equal([30d, null, null], version.Query("users.parquet", "SELECT age FROM {0} ORDER BY user_id", row => row.IsDBNull(0) ? (double?)null : row.GetDouble(0)));
    }

    [Fact]
    public async Task Rules_PutRowsAside_WithEveryReasonAndWithoutPersonalDetails()
    {
        var rules = new DatasetRules(new Dictionary<string, CheckRule> { ["conflicting-intent"] = new("quarantine"), ["rare-intent"] = new("quarantine", 2), ["garbled-text"] = new("keep"), ["grade-out-of-range"] = new(Limit: 2) });
        using var version = await BuiltFromCsv.FilesAsync(
            [(SourceKind.Messages, Messages + "ask ann@example.com,card\nask ann@example.com,other\nGerÃ¤t,card\n"), (SourceKind.Judgements, Judgements)], rules);

        Assert.Equal(["grade-out-of-range", "conflicting-intent", "rare-intent, conflicting-intent"], version.Query(DatasetFiles.Quarantine, "SELECT reason FROM {0} ORDER BY source DESC, row", row => row.GetString(0)));
        Assert.All(version.Query(DatasetFiles.Quarantine, "SELECT raw FROM {0}", row => row.GetString(0)).Concat(version.Check("conflicting-intent").Samples), raw => Assert.DoesNotContain("ann@", raw, StringComparison.Ordinal));
        Assert.Contains("GerÃ¤t", version.Query(DatasetFiles.Messages, "SELECT text FROM {0}", row => row.GetString(0)));
        Assert.Equal((5L, 3L), (version.Built.Rows.Kept, version.Built.Rows.Quarantined));
    }

    private static SourceKind KindOf(string table) => table switch { Messages => SourceKind.Messages, Faq => SourceKind.Faq, Users => SourceKind.Users, _ => SourceKind.Judgements };
}
