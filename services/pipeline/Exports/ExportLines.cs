using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
using ModelOps.Contracts.Exports;
using ModelOps.Contracts.Predictions;

namespace ModelOps.Pipeline.Exports;

/// <summary>Writes an export's file. Ids come from outside: in CSV, one that a spreadsheet would take for a formula gets an apostrophe before it.</summary>
internal static class ExportLines
{
    private static readonly CsvConfiguration Guarded = new(CultureInfo.InvariantCulture) { InjectionOptions = InjectionOptions.Escape, NewLine = "\n" };

    public static string ContentType(string format) => format == ExportFormat.Csv ? "text/csv; charset=utf-8" : "application/x-ndjson";

    public static byte[] Header(string format, int count) => format == ExportFormat.Csv
        ? Encoding.UTF8.GetBytes($"user_id,model,version,{string.Join(',', Enumerable.Range(1, count).Select(place => $"item_{place}"))}\n")
        : [];

    /// <param name="answers">In the order of the users.</param>
    public static async Task WriteAsync(Stream file, string format, int count, IReadOnlyList<string> users, BulkResponse answers)
    {
        await using var writer = new StreamWriter(file, new UTF8Encoding(false), leaveOpen: true);
        if (format == ExportFormat.JsonLines)
        {
            foreach (var (user, items) in users.Zip(answers.Answers))
                await writer.WriteAsync(JsonSerializer.Serialize(new { user, model = answers.Model.Name, version = answers.Model.Version, items }, JsonSerializerOptions.Web) + "\n");
            return;
        }
        await using var csv = new CsvWriter(writer, Guarded, leaveOpen: true);
        foreach (var (user, items) in users.Zip(answers.Answers))
        {
            csv.WriteField(user);
            csv.WriteField(answers.Model.Name);
            csv.WriteField(answers.Model.Version);
            for (var place = 0; place < count; place++)
                csv.WriteField(place < items.Count ? items[place].Id : "");
            await csv.NextRecordAsync();
        }
    }
}
