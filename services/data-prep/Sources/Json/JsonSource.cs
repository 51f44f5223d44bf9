using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelOps.DataPrep.Sources.Json;

/// <summary>Turns JSON into flat JSON Lines of text values, which DuckDB reads whatever columns a row has.</summary>
internal static partial class JsonSource
{
    /// <summary>DuckDB's column for a Parquet row's number, from 0.</summary>
    private const string ParquetRow = "file_row_number";

    private const int MostColumns = 2000;

    public static CanonicalFile Convert(UploadedFile file, Stream utf8, byte[] sample, Slices slices, FaultLog faults, string format)
    {
        var lines = IsLines(sample);
        var reader = new JsonReader(utf8, lines, lines ? 0 : Wrapping(sample));
        var columns = new List<string>();
        var known = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        long rows = 0, last = 0;
        var target = Create(slices);
        try
        {
            using var writer = new Utf8JsonWriter(target, new JsonWriterOptions { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            while (reader.Read())
            {
                if (reader.Fault is { } fault)
                {
                    faults.Add(reader.Row, fault, $"byte {reader.FaultAt + 1}", reader.Raw.Span);
                    continue;
                }
                try
                {
                    using var document = JsonDocument.Parse(reader.Raw, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
                    foreach (var row in JsonRow.Flatten(document.RootElement).ToList())
                    {
                        if (target.Position >= slices.Bytes)
                        {
                            target.Dispose();
                            writer.Reset(target = Create(slices));
                        }
                        // An object with several products is several rows; the numbers stay apart.
                        last = Math.Max(last + 1, row.Remove(ParquetRow, out var number) ? long.Parse(number, CultureInfo.InvariantCulture) + 1 : reader.Row);
                        Write(target, writer, last, row, known, columns, file);
                        rows++;
                    }
                }
                catch (Exception exception) when (exception is JsonException or InvalidOperationException)
                {
                    faults.Add(reader.Row, RowFault.BrokenEncoding, "", reader.Raw.Span); // an escaped half of a surrogate pair
                }
            }
        }
        finally
        {
            target.Dispose();
        }
        return new CanonicalFile(FileFormat.Json, slices.Paths, columns, rows, $"{(lines ? "json lines" : "json")}{format}");
    }

    private static FileStream Create(Slices slices) => new(slices.Next(), FileMode.Create, FileAccess.Write, FileShare.Read, 512 * 1024);

    private static void Write(Stream target, Utf8JsonWriter writer, long number, Dictionary<string, string> row, Dictionary<string, string> known, List<string> columns, UploadedFile file)
    {
        writer.WriteStartObject();
        writer.WriteNumber(CanonicalFile.Row, number);
        var written = new HashSet<string>();
        foreach (var (name, value) in row)
        {
            if (!known.TryGetValue(name, out var column))
            {
                if (columns.Count == MostColumns)
                    throw new UploadException($"{file.Name}, row {number}: the objects have more than {MostColumns} different properties. Properties whose names are ids cannot be columns.");
                column = NewColumn(columns, name);
                known.Add(name, column);
            }
            if (written.Add(column))
                writer.WriteString(column, value);
        }
        writer.WriteEndObject();
        writer.Flush();
        writer.Reset();
        target.WriteByte((byte)'\n');
    }

    private static string NewColumn(List<string> columns, string name)
    {
        var column = Csv.CsvSource.Distinct([name])[0];
        columns.Add(column);
        return column;
    }

    /// <summary>Bytes before the list's first object where the list lies within an object, as in <c>{"userEvents": [ … ]}</c>.</summary>
    private static int Wrapping(byte[] sample)
    {
        var text = Encoding.UTF8.GetString(sample);
        var match = Wrapper().Match(text);
        return match.Success && !IsOneEvent(text, match.Groups["list"].Value) ? Encoding.UTF8.GetByteCount(text.AsSpan(0, match.Length)) : 0;
    }

    /// <summary>An event that begins with its products looks like a wrapped list, but says more than the list.</summary>
    private static bool IsOneEvent(string text, string list)
    {
        if (!JsonRow.IsProductList(list))
            return false;
        try
        {
            using var whole = JsonDocument.Parse(text);
            return whole.RootElement.EnumerateObject().Count() > 1;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex("""^\s*\{(?:\s*"[^"\\]*"\s*:\s*\{)*\s*"(?<list>[^"\\]*)"\s*:\s*\[(?=\s*\{)""")]
    private static partial Regex Wrapper();

    /// <summary>JSON Lines: an object ends with its line, and another begins the next.</summary>
    private static bool IsLines(byte[] sample)
    {
        var lines = Encoding.UTF8.GetString(sample).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length > 1 && lines.Count(line => line is ['{', .., '}']) * 2 > lines.Length;
    }
}
