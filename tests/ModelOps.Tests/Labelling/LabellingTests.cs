using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Labelling;
using ModelOps.DataPrep.Mapping;
using ModelOps.Tests.Checks;

namespace ModelOps.Tests.Labelling;

public sealed class LabellingTests
{
    private const string Events = "user_id,item_id,timestamp,event_type\n1,p1,2026-05-01 10:00:00,view\n";

    private static readonly string Shop = "id,title,brand,category\n"
        + string.Concat(Enumerable.Range(0, 40).Select(i => $"t{i},Stoneware tea pot number{i},Brew,Kitchen|Tea\n"))
        + string.Concat(Enumerable.Range(0, 40).Select(i => $"g{i},Steel garden spade size{i},Delve,Garden|Tools\n"))
        + "u1,Stoneware tea pot special,,\nu2,Steel spade,Delve,\nu3,Tea spade,,\nu4,Zyx,,\n";

    private static readonly DatasetRules Intents = new(Labelling:
    [
        new LabelTask("messages", "intent")
        {
            Confidence = .65,
            Combine = "majority",
            Functions =
            [
                new("refund words", "refund", Keywords: ["refund", "money back"]),
                new("return words", "refund", Keywords: ["return*"]),
                new("card words", "card", Keywords: ["card"]),
                new("card pattern", "card", Pattern: "(?i)plastic|visa"),
            ],
        },
    ]);

    private const string Messages = "text,intent\nGive me a refund for my return,\nWhere is my card?,\nI want a refund for the card,\nMy visa card came,\nGood morning,\nStolen plastic card,card\nI want a refund for the card,\n";

    [Fact]
    public async Task Categories_ComeFromAlikeTexts_AndTheShopsOwnStay()
    {
        using var version = await BuiltFromCsv.EventsAsync(Events, products: Shop);

        var labelled = version.Query(DatasetFiles.Products, "SELECT item_id, category, category_source, category_confidence FROM {0} WHERE item_id LIKE 'u%' OR item_id = 't1' ORDER BY 1",
            row => (row.GetString(0), Text(row, 1), Text(row, 2), row.IsDBNull(3) ? 0 : row.GetDouble(3)));
        Assert.Equal([("t1", "Kitchen|Tea", "shop"), ("u1", "Kitchen|Tea", "neighbours"), ("u2", "Garden|Tools", "neighbours"), ("u3", null, null), ("u4", null, null)], labelled.Select(row => (row.Item1, row.Item2, row.Item3)));
        Assert.All(labelled.Where(row => row.Item3 == "neighbours"), row => Assert.InRange(row.Item4, .7, 1));
        var report = version.Built.Labels.Reports.Single();
        Assert.Equal(("products", "category", 84L, 80L, 0L, 2L, 1L, 1L, 1d), (report.Table, report.Column, report.Rows, report.Shop, report.People, report.Machine, report.Uncertain, report.Unknown, report.NeighbourAccuracy));
        var question = version.Built.Labels.Questions.Single();
        Assert.Equal(("u3", "Tea spade", "uncertain"), (question.Key, question.Text, question.Reason));
        Assert.Contains(question.Candidates.SelectMany(candidate => candidate.Because), because => because.Contains("Steel garden spade", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Categories_OfAPathAreCutWhereTheyBecomeUnsure()
    {
        var shop = "id,title,brand,category\n"
            + string.Concat(Enumerable.Range(0, 60).Select(i => $"a{i},Face cream rose{i % 7},Glow,Skin|{(i % 2 == 0 ? "Day" : "Night")}\n"))
            + string.Concat(Enumerable.Range(0, 60).Select(i => $"b{i},Garden spade oak{i % 7},Delve,Garden\n")) + "u1,Face cream,Glow,\n";
        using var version = await BuiltFromCsv.EventsAsync(Events, products: shop);

        Assert.Equal(("Skin", "neighbours"), version.Query(DatasetFiles.Products, "SELECT category, category_source FROM {0} WHERE item_id = 'u1'", row => (row.GetString(0), row.GetString(1))).Single());
    }

    [Fact]
    public async Task Functions_AgreeOrConflict_AndWhatIsUnsureIsAsked()
    {
        using var version = await BuiltFromCsv.FilesAsync([(SourceKind.Events, Events), (SourceKind.Messages, Messages)], Intents);

        Assert.Equal(["refund/functions", "card/functions", "/", "card/functions", "/", "card/shop", "/"],
            version.Query(DatasetFiles.Messages, "SELECT concat(intent, '/', intent_source) FROM {0}", row => row.GetString(0)));
        var report = version.Built.Labels.Reports.Single(report => report.Table == "messages");
        Assert.Equal((6L, 1L, 3L, 1L, 1L), (report.Rows, report.Shop, report.Machine, report.Uncertain, report.Unknown)); // six different texts
        var refund = report.Functions[0];
        Assert.Equal(("refund words", 2L, Math.Round(2 / 6d, 4), Math.Round(2 / 6d, 4), Math.Round(1 / 6d, 4), 0L), (refund.Name, refund.Votes, refund.Coverage, refund.Overlap, refund.Conflict, refund.Known));
        Assert.Equal((1L, 1L), (report.Functions[3].Known, report.Functions[3].Right));
        var question = version.Built.Labels.Questions.Single();
        Assert.Equal(("I want a refund for the card", "conflict"), (question.Text, question.Reason));
    }

    [Fact]
    public async Task Answers_OverrideMachines_TeachThem_AndAreNamed()
    {
        using var before = await BuiltFromCsv.FilesAsync([(SourceKind.Events, Events), (SourceKind.Messages, Messages), (SourceKind.Products, Shop)], Intents);
        LabelAnswer[] answers =
        [
            new("messages", "intent", before.Built.Labels.Questions.Single(question => question.Table == "messages").Key, "card refund"),
            new("messages", "intent", "no longer there", "card"),
            new("products", "category", "u3", "Kitchen|Toys"),
            new("products", "category", "t1", "not this one"), // the shop says otherwise
        ];
        using var after = await BuiltFromCsv.FilesAsync([(SourceKind.Events, Events), (SourceKind.Messages, Messages), (SourceKind.Products, Shop)], Intents, answers: answers);
        using var again = await BuiltFromCsv.FilesAsync([(SourceKind.Events, Events), (SourceKind.Messages, Messages), (SourceKind.Products, Shop)], Intents, threads: 1, answers: answers);

        Assert.Equal(2, after.Query(DatasetFiles.Messages, "SELECT count(*) FROM {0} WHERE intent = 'card refund' AND intent_source = 'person' AND intent_confidence = 1", row => row.GetInt64(0)).Single());
        Assert.Equal(("Kitchen|Toys", "person"), after.Query(DatasetFiles.Products, "SELECT category, category_source FROM {0} WHERE item_id = 'u3'", row => (row.GetString(0), row.GetString(1))).Single());
        Assert.Equal("Kitchen|Tea", after.Query(DatasetFiles.Products, "SELECT category FROM {0} WHERE item_id = 't1'", row => row.GetString(0)).Single());
        Assert.DoesNotContain(after.Built.Labels.Questions, question => answers.Any(answer => answer.Key == question.Key));
        Assert.Equal(3, after.Built.Lineage.Answers!.Count);
        Assert.Null(before.Built.Lineage.Answers);
        Assert.Equal(after.Built.ContentSha256, again.Built.ContentSha256);
        Assert.NotEqual(before.Built.ContentSha256, after.Built.ContentSha256);
    }

    [Fact]
    public async Task NewColumn_OfAnyTable()
    {
        var rules = new DatasetRules(Labelling: [new LabelTask("judgements", "verdict") { Functions = [new("good", "shown", Column: "grade", Above: 2), new("bad", "hidden", Column: "grade", Below: 2)], Confidence = .5 }]);
        using var version = await BuiltFromCsv.FilesAsync([(SourceKind.Events, Events), (SourceKind.Judgements, "query,item_id,grade\ntea,p1,3\ntea,p2,1\ntea,p3,2\n")], rules);

        Assert.Equal(["shown", "hidden", ""], version.Query(DatasetFiles.Judgements, "SELECT coalesce(verdict, '') FROM {0}", row => row.GetString(0)));
    }

    private static string? Text(System.Data.Common.DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
