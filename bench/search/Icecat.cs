using System.Globalization;
using System.Text.Json;
using ModelOps.Search;
using ModelOps.Search.Learning;

namespace ModelOps.Bench.Search;

/// <summary>19,406 electronics products and graded judgements (0 to 3) of what queries found.</summary>
internal sealed record Icecat(IReadOnlyList<SearchProduct> Products, IReadOnlyList<JudgedQuery> Queries)
{
    private const int MostAttribute = 200;

    /// <param name="judgements">Another file of judgements over the same products, with the same columns.</param>
    public static IReadOnlyList<JudgedQuery> ReadJudgements(string judgements) =>
        [.. File.ReadLines(judgements).Skip(1).Where(line => line.Length > 0).Select(line =>
        {
            var last = line.LastIndexOf(',');
            var middle = line.LastIndexOf(',', last - 1);
            return (Query: line[..middle].Trim('"'), Id: line[(middle + 1)..last], Grade: double.Parse(line[(last + 1)..], CultureInfo.InvariantCulture));
        }).GroupBy(row => row.Query).Select(rows => new JudgedQuery(rows.Key, rows.DistinctBy(row => row.Id).ToDictionary(row => row.Id, row => row.Grade)))];

    public static Icecat Read(string folder)
    {
        var products = new List<SearchProduct>();
        using (var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "products.json"))))
        {
            foreach (var product in document.RootElement.EnumerateArray())
                products.Add(ProductOf(product));
        }
        return new Icecat(products, ReadJudgements(Path.Combine(folder, "judgements.csv")));
    }

    private static SearchProduct ProductOf(JsonElement product)
    {
        string? Text(string name) => product.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        var attributes = product.EnumerateObject().Where(property => property.Name.StartsWith("attr_t_", StringComparison.Ordinal) && property.Value.ValueKind == JsonValueKind.String)
            .Select(property => (Name: property.Name["attr_t_".Length..], Value: property.Value.GetString()!)).Where(pair => pair.Value.Length <= MostAttribute).ToDictionary(pair => pair.Name, pair => pair.Value);
        return new SearchProduct(Text("id")!, Text("title") ?? "", Text("supplier"), null, Text("short_description"), attributes, product.TryGetProperty("price", out var price) && price.TryGetDouble(out var cents) ? cents / 100 : null);
    }
}
