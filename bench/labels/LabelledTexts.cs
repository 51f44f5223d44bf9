using System.IO.Hashing;
using System.Text;
using DuckDB.NET.Data;
using ModelOps.DataPrep.Sources;
using ModelOps.Features.Text;

namespace ModelOps.Bench.Labels;

internal sealed record LabelledText(DescribedText Text, string Label);

/// <summary>Public texts with their true labels, of which a tenth is held out: by the hash of the text, or the set's own test file.</summary>
internal sealed record LabelledTexts(string Name, IReadOnlyList<LabelledText> Known, IReadOnlyList<LabelledText> Held)
{
    public static IEnumerable<LabelledTexts> All(string data)
    {
        string Csv(string file) => $"read_csv('{data}/{file}', all_varchar=true, header=true)";
        yield return Split("beauty categories", $"SELECT title, brand, categories FROM {Csv("beauty/items.csv")} WHERE categories IS NOT NULL");
        yield return Split("sports categories", $"SELECT title, brand, categories FROM {Csv("sports/items.csv")} WHERE categories IS NOT NULL");
        yield return new("banking77 intents", Rows($"SELECT text, NULL, category FROM {Csv("banking77/train.csv")}"), Rows($"SELECT text, NULL, category FROM {Csv("banking77/test.csv")}"));
        yield return Split("zh-reviews categories", $"SELECT review, NULL, cat FROM {Csv("zh-reviews/online_shopping_10_cats.csv")}");
    }

    private static LabelledTexts Split(string name, string sql)
    {
        var rows = Rows(sql).ToLookup(row => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(row.Text.Title ?? "")) % 10 == 0);
        return new(name, [.. rows[false]], [.. rows[true]]);
    }

    private static List<LabelledText> Rows(string sql)
    {
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        return duck.Rows(sql, row => new LabelledText(new DescribedText(Text(row, 0), null, Text(row, 1)), row.GetString(2)));
    }

    private static string? Text(System.Data.Common.DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
