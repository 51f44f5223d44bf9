using System.Text.Json;

namespace ModelOps.DataPrep.Sources.Json;

/// <summary>
/// Lays a JSON object out as flat rows: nested objects by dotted names (<c>productDetails.product.id</c>), GA4's lists of key and
/// value by their keys (<c>event_params.ga_session_id</c>), a list of texts joined by <c>|</c>, and one row for each product of the
/// list of products.
/// </summary>
internal static class JsonRow
{
    /// <summary>What GA4, Google Retail and shop exports call the products of an event; compared without case and separators.</summary>
    private static readonly HashSet<string> ProductLists = ["items", "productdetails", "products", "lineitems", "orderitems", "ecommerceitems"];

    public static bool IsProductList(string name) => ProductLists.Contains(Plain(name));

    public static IEnumerable<Dictionary<string, string>> Flatten(JsonElement element)
    {
        var shared = new Dictionary<string, string>();
        JsonProperty? products = null;
        foreach (var property in element.EnumerateObject())
        {
            if (products is null && property.Value.ValueKind == JsonValueKind.Array && IsProductList(property.Name) && IsListOfObjects(property.Value))
                products = property;
            else
                Add(shared, property.Name, property.Value);
        }
        if (products is not { } list)
        {
            yield return shared;
            yield break;
        }
        foreach (var product in list.Value.EnumerateArray())
        {
            var row = new Dictionary<string, string>(shared);
            Add(row, list.Name, product);
            yield return row;
        }
    }

    private static void Add(Dictionary<string, string> row, string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                    Add(row, $"{name}.{property.Name}", property.Value);
                break;
            case JsonValueKind.Array:
                AddList(row, name, value);
                break;
            case JsonValueKind.Null:
                break;
            case JsonValueKind.String:
                row[name] = Text(value);
                break;
            default:
                row[name] = value.GetRawText();
                break;
        }
    }

    private static void AddList(Dictionary<string, string> row, string name, JsonElement list)
    {
        if (list.GetArrayLength() == 0)
            return;
        if (IsListOfObjects(list) && list.EnumerateArray().All(element => element.TryGetProperty("key", out var key) && key.ValueKind == JsonValueKind.String && element.TryGetProperty("value", out _)))
        {
            foreach (var pair in list.EnumerateArray())
                AddParameter(row, $"{name}.{pair.GetProperty("key").GetString()}", pair.GetProperty("value"));
            return;
        }
        row[name] = list.EnumerateArray().All(element => element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            ? string.Join('|', list.EnumerateArray().Select(element => element.ValueKind == JsonValueKind.String ? Text(element) : element.GetRawText()))
            : list.GetRawText();
    }

    /// <summary>GA4 gives a value as one of <c>string_value</c>, <c>int_value</c>, <c>float_value</c>, <c>double_value</c>.</summary>
    private static void AddParameter(Dictionary<string, string> row, string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            Add(row, name, value);
            return;
        }
        foreach (var property in value.EnumerateObject().Where(property => property.Name.EndsWith("_value", StringComparison.Ordinal)))
            Add(row, name, property.Value);
    }

    /// <exception cref="InvalidOperationException">The text holds half of a surrogate pair or a NUL.</exception>
    private static string Text(JsonElement value) =>
        value.GetString() is { } text && !text.Contains('\0', StringComparison.Ordinal) ? text : throw new InvalidOperationException();

    private static bool IsListOfObjects(JsonElement list) => list.GetArrayLength() > 0 && list.EnumerateArray().All(element => element.ValueKind == JsonValueKind.Object);

    private static string Plain(string name) => new([.. name.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}
