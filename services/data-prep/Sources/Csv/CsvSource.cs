using System.Text;
using ModelOps.DataPrep.Sources.Encodings;

namespace ModelOps.DataPrep.Sources.Csv;

/// <summary>Turns a CSV stream of any dialect into the canonical one, row by row; what cannot be read goes to the fault log.</summary>
internal static class CsvSource
{
    /// <exception cref="UploadException">There is no header, or it has too many columns.</exception>
    public static CanonicalFile Convert(UploadedFile file, Stream utf8, byte[] sample, Slices slices, FaultLog faults, string format)
    {
        var (dialect, columns, preamble) = CsvSniffer.Sniff(sample);
        var reader = new CsvReader(utf8, dialect, columns);
        var header = Header(file, reader, preamble);
        long rows = 0, before = 0;
        var writer = new CsvWriter(slices.Next());
        try
        {
            while (reader.Read())
            {
                if (reader.Fault is { } fault)
                {
                    faults.Add(reader.Line, fault, reader.FaultField < header.Count ? header[reader.FaultField] : $"column {reader.FaultField + 1}", reader.Raw);
                    continue;
                }
                if (writer.Bytes >= slices.Bytes)
                {
                    EndSlice();
                    writer = new CsvWriter(slices.Next());
                }
                writer.Number(reader.Line);
                foreach (var field in reader.Fields)
                    writer.Field(reader.Bytes(field), field, dialect);
                writer.EndRow();
                rows++;
            }
            EndSlice();
        }
        finally
        {
            writer.Dispose();
        }
        return new CanonicalFile(FileFormat.Csv, slices.Paths, header, rows, $"{format}, {dialect.Description}");

        void EndSlice()
        {
            writer.Dispose();
            slices.IsWhole?.Invoke(new CanonicalFile(FileFormat.Csv, [slices.Paths[^1]], header, rows - before, ""));
            before = rows;
        }
    }

    private static List<string> Header(UploadedFile file, CsvReader reader, int preamble)
    {
        for (var skipped = 0; skipped < preamble; skipped++)
            reader.Read();
        if (!reader.Read())
            throw new UploadException($"{file.Name}: the file has no header. The first line must name the columns.");
        if (reader.Fault is { } fault)
            throw new UploadException($"{file.Name}, row {reader.Line}, column {reader.FaultField + 1}: {fault}: the header cannot be read. Mend this line: {Encoding.UTF8.GetString(reader.Raw[..Math.Min(reader.Raw.Length, 200)]).TrimEnd()}");
        return Distinct(reader.Fields.Select(field => Encoding.UTF8.GetString(reader.Bytes(field)).Trim()));
    }

    /// <summary>Names for the nameless and a number for what comes twice, so that every column can be mapped.</summary>
    internal static List<string> Distinct(IEnumerable<string> names)
    {
        var header = new List<string>();
        foreach (var name in names)
        {
            var given = name.Length == 0 ? $"column {header.Count + 1}" : name;
            var unique = given;
            for (var n = 2; header.Contains(unique, StringComparer.OrdinalIgnoreCase) || unique.Equals(CanonicalFile.Row, StringComparison.OrdinalIgnoreCase); n++)
                unique = $"{given} {n}";
            header.Add(unique);
        }
        return header;
    }
}
