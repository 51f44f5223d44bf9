using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Features.Tables;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Campaigns;

/// <summary>Customers of campaigns with their treatment and what came of it, in the order of time where rows have one.</summary>
/// <param name="Table">The attributes as the source has them.</param>
/// <param name="Control">The treatment that is none; null where there is no control group.</param>
/// <param name="IsOrdered">Rows are in the order of time.</param>
/// <param name="Users">By row; null where the source names none.</param>
public sealed record CampaignData(TextTable Table, string[] Treatments, float[] Outcomes, string Outcome, string? Control, bool IsOrdered, string?[] Users)
{
    private const int FewConversions = 200, FewRows = 50;
    private static readonly string[] ControlWords = ["control", "none", "no", "0", "false", "no treatment", "no contact", "no e-mail", "no email", "no campaign", "holdout", "hold-out", "baseline"];

    /// <summary>Treatments other than control, the most frequent first.</summary>
    public IReadOnlyList<string> Arms => [.. Treatments.Where(treatment => treatment != Control).CountBy(treatment => treatment).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key)];

    /// <summary>The outcome is 0 or 1.</summary>
    public bool IsRate => Outcome != "spend";

    /// <param name="folder">With the dataset version's files.</param>
    /// <exception cref="TrainingException">There is no campaign to learn from; the message says what is missing.</exception>
    public static async Task<CampaignData> ReadAsync(string folder, CampaignParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var path = Path.Combine(folder, DatasetFiles.Campaigns);
        if (!File.Exists(path))
            throw new TrainingException("The dataset has no campaigns. Upload a file with who was treated how and what came of it (treatment, conversion) as part 'campaigns'.");
        var rows = await ReadRowsAsync(path, parameters.Campaign);
        if (rows.Count == 0)
            throw new TrainingException($"The dataset has no rows of the campaign '{parameters.Campaign}'. Name another in 'campaign', or none.");
        var outcome = Chosen(parameters.Outcome, rows);
        var control = ControlOf(parameters.Control, rows);
        foreach (var (treatment, count) in rows.CountBy(row => row.Treatment))
        {
            if (count < FewRows)
                throw new TrainingException($"Only {count} customers have the treatment '{treatment}'; it needs at least {FewRows} of each. Bring more, or leave these rows out.");
        }
        string[] all = [.. rows.SelectMany(row => row.Attributes.Keys).Distinct().Order(StringComparer.Ordinal)];
        if (parameters.Without.Except(all).FirstOrDefault() is { } unknown)
            throw new TrainingException($"'without' names '{unknown}', which no row has. The attributes are: {string.Join(", ", all)}.");
        string[] names = [.. all.Except(parameters.Without)];
        if (names.Length == 0)
            throw new TrainingException("The campaigns' rows have no attributes to tell customers apart. Upload further columns about the customers, as they were before the campaign.");
        return new CampaignData(
            new TextTable(names, [.. rows.Select(row => names.Select(name => row.Attributes.GetValueOrDefault(name)).ToArray())]), [.. rows.Select(row => row.Treatment)],
            [.. rows.Select(row => (float)row.Of(outcome)!.Value)], outcome, control, parameters.Order == "file" || rows.Select(row => row.Time).Distinct().Count() > 1, [.. rows.Select(row => row.User)]);
    }

    private static string Chosen(string wanted, List<CampaignRow> rows)
    {
        if (wanted == CampaignParameters.Auto)
            wanted = rows.Sum(row => row.Conversion) >= FewConversions || rows[0].Visit is null ? "conversion" : "visit";
        return rows.TrueForAll(row => row.Of(wanted) is not null)
            ? wanted
            : throw new TrainingException($"{rows.Count(row => row.Of(wanted) is null)} of {rows.Count} rows have no '{wanted}'. Complete the column, or choose another 'outcome'.");
    }

    /// <returns>Null where everybody had the same treatment.</returns>
    private static string? ControlOf(string wanted, List<CampaignRow> rows)
    {
        string[] present = [.. rows.Select(row => row.Treatment).Distinct().Order(StringComparer.Ordinal)];
        var found = wanted == CampaignParameters.Auto
            ? present.FirstOrDefault(treatment => ControlWords.Contains(treatment.Trim().ToLowerInvariant()))
            : present.FirstOrDefault(treatment => treatment.Equals(wanted, StringComparison.OrdinalIgnoreCase));
        if (present.Length == 1 && wanted == CampaignParameters.Auto && found is null)
            return null;
        if (found is null || present.Length < 2)
            throw new TrainingException($"There is no control group among the treatments: {string.Join(", ", present.Take(20))}. Name it in 'control'; without customers who were left alone, uplift cannot be learned.");
        return found;
    }

    private static async Task<List<CampaignRow>> ReadRowsAsync(string path, string? campaign)
    {
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only a quoted path and a quoted name are put in.
        command.CommandText = $"""
            SELECT treatment, CAST(conversion AS DOUBLE), CAST(visit AS DOUBLE), CAST(spend AS DOUBLE), user_id, epoch(time), attributes
            FROM read_parquet({Quote(path)}) {(campaign is null ? "" : $"WHERE campaign = {Quote(campaign)}")}
            """;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<CampaignRow>();
        while (await reader.ReadAsync())
        {
            rows.Add(new CampaignRow(
                reader.GetString(0), Number(1) ?? 0, Number(2), Number(3), reader.IsDBNull(4) ? null : reader.GetString(4), Number(5),
                reader.IsDBNull(6) ? [] : AttributesOf(reader.GetString(6))));
        }
        return [.. rows.OrderBy(row => row.Time ?? double.NegativeInfinity)]; // stable: the source's order within a time

        double? Number(int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);
    }

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static Dictionary<string, string?> AttributesOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => member.Value.GetString(),
            JsonValueKind.Number => member.Value.GetDouble().ToString(CultureInfo.InvariantCulture),
            _ => member.Value.GetRawText(),
        });
    }

    private sealed record CampaignRow(string Treatment, double Conversion, double? Visit, double? Spend, string? User, double? Time, Dictionary<string, string?> Attributes)
    {
        public double? Of(string outcome) => outcome switch { "visit" => Visit, "spend" => Spend, _ => Conversion };
    }
}
