using System.Text;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.Tests.Sources;

public sealed class MappingSuggesterTests
{
    private static readonly string German = "Kundennummer;Artikelnr;Bestelldatum;Menge;Einzelpreis;Bemerkung\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"K{i % 17};A{i % 23};2024-05-{1 + i % 28:D2} 10:00:00;{1 + i % 3};{i % 9},99 €;\n"));
    private static readonly string Chinese = "用户编号,商品编号,行为,时间\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i % 17},{i % 23},{(i % 5 == 0 ? "purchase" : "view")},{1700000000 + i}\n"));

    [Fact]
    public void Suggest_OrdersInGerman_ByNamesAndValues()
    {
        var best = Suggest(German).Suggestions[0];

        Assert.Equal("events", best.Kind);
        Assert.InRange(best.Confidence, .5, 1);
        Assert.Equal(
            new Dictionary<string, string> { ["user_id"] = "Kundennummer", ["item_id"] = "Artikelnr", ["time"] = "Bestelldatum", ["quantity"] = "Menge", ["price"] = "Einzelpreis" },
            best.Fields.ToDictionary(field => field.Field, field => field.Column));
        Assert.Equal(["Bemerkung"], best.Unused);
        Assert.Equal("0.99", best.SampleRows[0]["price"]);
    }

    [Fact]
    public void Suggest_EventsInChinese_ByNamesAndValues()
    {
        var best = Suggest(Chinese).Suggestions[0];

        Assert.Equal(["events/user_id/用户编号", "events/item_id/商品编号", "events/time/时间", "events/event/行为"], best.Fields.Select(field => $"{best.Kind}/{field.Field}/{field.Column}"));
    }

    [Fact]
    public void Suggest_Mapping_IsOneThatTheImportTakes()
    {
        var best = Suggest(German).Suggestions[0];

        var mapping = ColumnMapping.Resolve(TableSchema.Events, "file", ["Kundennummer", "Artikelnr", "Bestelldatum", "Menge", "Einzelpreis", "Bemerkung"], MappingFile.Parse(best.Mapping).Events);

        Assert.Equal(["Artikelnr"], mapping.Columns("item_id"));
    }

    [Theory]
    [InlineData("home-depot/train.csv", "judgements", "query=search_term", "item_id=product_uid", "grade=relevance")]
    [InlineData("banking77/train.csv", "messages", "text=text", "intent=category")]
    [InlineData("zh-reviews/online_shopping_10_cats.csv", "messages", "text=review", "intent=cat")]
    [InlineData("hillstrom/campaign.csv", "campaigns", "treatment=segment", "conversion=conversion", "visit=visit", "spend=spend")]
    [InlineData("icecat/judgements.csv", "judgements", "query=query", "item_id=docid", "grade=rating")]
    [InlineData("beauty/interactions.csv", "events", "user_id=USER_ID", "item_id=ITEM_ID", "time=TIMESTAMP", "event=EVENT_TYPE")]
    [InlineData("beauty/items.csv", "products", "item_id=id", "title=title", "brand=brand", "category=categories")]
    [InlineData("movielens-100k/ml-100k.user", "users", "user_id=user_id:token", "age=age:token", "gender=gender:token")]
    public void Suggest_PublicData_FindsTheKind(string path, string kind, params string[] fields)
    {
        var best = Suggest(File.ReadAllBytes(SharedData.Find(path))).Suggestions[0];

        Assert.Equal(kind, best.Kind);
        Assert.Subset(best.Fields.Select(field => $"{field.Field}={field.Column}").ToHashSet(), fields.ToHashSet());
        Assert.Empty(best.Missing);
    }

    private static MappingSuggestions Suggest(string text) => Suggest(Encoding.UTF8.GetBytes(text));

    private static MappingSuggestions Suggest(byte[] content)
    {
        var folder = Directory.CreateTempSubdirectory("modelops-suggest-").FullName;
        try
        {
            var path = Path.Combine(folder, "source");
            File.WriteAllBytes(path, content);
            return MappingSuggester.Suggest(new UploadedFile(SourceKind.Events, "sample.csv", path, content.Length, ""), folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
