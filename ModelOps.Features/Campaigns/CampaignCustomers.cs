using System.Text.Json;
using ModelOps.Features.Tables;

namespace ModelOps.Features.Campaigns;

/// <summary><c>customers.jsonl</c>: the attributes of users, encoded, as the campaign's data had them last.</summary>
public sealed class CampaignCustomers(IReadOnlyDictionary<string, float[]> customers)
{
    public const string FileName = "customers.jsonl";

    /// <summary>A line of the file; null stands for NaN, which JSON has not.</summary>
    private sealed record Line(string User, float?[] Values);

    public int Count => customers.Count;

    /// <returns>Null for a user who is not known.</returns>
    public float[]? Find(string user) => customers.GetValueOrDefault(user);

    public static async Task WriteAsync(string path, IEnumerable<KeyValuePair<string, float[]>> customers)
    {
        ArgumentNullException.ThrowIfNull(customers);
        await using var file = new StreamWriter(path) { NewLine = "\n" };
        foreach (var (user, values) in customers)
            await file.WriteLineAsync(JsonSerializer.Serialize(new Line(user, Array.ConvertAll(values, value => float.IsNaN(value) ? (float?)null : value)), PackageJson.Line));
    }

    /// <exception cref="InvalidDataException">A line is no customer of this table.</exception>
    public static async Task<CampaignCustomers> ReadAsync(string path, TableSchema schema, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var customers = new Dictionary<string, float[]>(StringComparer.Ordinal);
        if (!File.Exists(path))
            return new CampaignCustomers(customers);
        await foreach (var text in File.ReadLinesAsync(path, cancellationToken))
        {
            var line = JsonSerializer.Deserialize<Line>(text, PackageJson.Line);
            if (line?.User is null || line.Values?.Length != schema.Columns.Count)
                throw new InvalidDataException($"Line {customers.Count + 1} of {path} is no customer with {schema.Columns.Count} values. Train the model again.");
            customers[line.User] = Array.ConvertAll(line.Values, value => value ?? float.NaN);
        }
        return new CampaignCustomers(customers);
    }
}
