using DuckDB.NET.Data;
using ModelOps.DataPrep.Sources.Json;
using ModelOps.DataPrep.Sources.Packing;
using static ModelOps.DataPrep.Sources.Sql;

namespace ModelOps.DataPrep.Sources;

/// <summary>
/// Copies a Parquet file's rows as text. Where a page is damaged, only the stretch of rows around it is lost. Nested columns, as
/// GA4's export has them, are laid out like JSON.
/// </summary>
internal sealed class ParquetSource
{
    /// <summary>Rows that are given up together: what DuckDB reads at once.</summary>
    private const long Stretch = 2048;

    private readonly DuckDBConnection duck;
    private readonly UploadedFile file;
    private readonly string local;
    private readonly FaultLog faults;
    private readonly List<(string Name, string Type)> columns;
    private readonly List<string> parts = [];

    private ParquetSource(DuckDBConnection duck, UploadedFile file, string local, FaultLog faults)
    {
        (this.duck, this.file, this.local, this.faults) = (duck, file, local, faults);
        columns = duck.Rows($"DESCRIBE SELECT * FROM read_parquet({Literal(local)}, binary_as_string=true)", row => (row.GetString(0), row.GetString(1)));
    }

    private bool IsNested => columns.Any(column => column.Type.StartsWith("STRUCT", StringComparison.Ordinal) || column.Type.StartsWith("MAP", StringComparison.Ordinal) || column.Type.EndsWith(']'));

    public static CanonicalFile Read(DuckDBConnection duck, UploadedFile file, Package package, Slices slices, FaultLog faults)
    {
        var local = file.Path;
        if (!package.IsPlain)
        {
            local = slices.Path + ".parquet";
            using var unpacked = package.Open();
            using var target = File.Create(local);
            unpacked.CopyTo(target);
        }
        var format = package.Description is { Length: > 0 } packing ? $"parquet, {packing}" : "parquet";
        try
        {
            var source = new ParquetSource(duck, file, local, faults);
            var rows = duck.Scalar<long>($"SELECT count(*) FROM read_parquet({Literal(local)})");
            var stretch = StretchOf(slices, rows, new FileInfo(local).Length);
            for (long from = 0; from < rows; from += stretch)
                source.Copy(from, Math.Min(from + stretch, rows), slices.Path);
            return source.IsNested ? source.FromJson(slices, format) : source.FromParts(format, rows);
        }
        catch (DuckDBException exception) when (!exception.IsOfTheMachine())
        {
            throw new UploadException($"{file.Name}: broken-parquet: {Reason(exception, file, local)} Write the file again and send it.");
        }
        finally
        {
            if (local != file.Path)
                File.Delete(local);
        }
    }

    /// <summary>Rows that are about a slice.</summary>
    private static long StretchOf(Slices slices, long rows, long bytes) =>
        slices.Bytes >= bytes ? Math.Max(1, rows) : Math.Max(1, (long)((double)rows * slices.Bytes / bytes) / Stretch) * Stretch;

    /// <summary>Copies rows <paramref name="from"/> to <paramref name="to"/> (exclusive); where that fails, in halves.</summary>
    private void Copy(long from, long to, string path)
    {
        if (from >= to)
            return;
        var part = $"{path}.{parts.Count}";
        var values = IsNested ? "*" : string.Join(", ", columns.Select(column => $"CAST({Name(column.Name)} AS VARCHAR) AS {Name(column.Name)}").Prepend($"file_row_number + 1 AS {CanonicalFile.Row}"));
        try
        {
            duck.Execute($"COPY (SELECT {values} FROM read_parquet({Literal(local)}, file_row_number=true, binary_as_string=true) WHERE file_row_number >= {from} AND file_row_number < {to}) TO {Literal(part)} (FORMAT {(IsNested ? "json" : "parquet, COMPRESSION snappy")})");
            parts.Add(part);
        }
        catch (DuckDBException exception) when (!exception.IsOfTheMachine())
        {
            File.Delete(part);
            if (to - from <= Stretch)
            {
                for (var row = from; row < to; row++)
                    faults.Add(row + 1, RowFault.BrokenPage, "", System.Text.Encoding.UTF8.GetBytes(Reason(exception, file, local)));
                return;
            }
            var middle = from + Math.Max(1, (to - from) / 2 / Stretch) * Stretch;
            Copy(from, middle, path);
            Copy(middle, to, path);
        }
    }

    private CanonicalFile FromParts(string format, long rows)
    {
        if (parts.Count == 0)
            throw new UploadException($"{file.Name}: {(rows == 0 ? "the file has no rows" : "no row of the Parquet file can be read; write it again and send it")}.");
        return new CanonicalFile(FileFormat.Parquet, parts, [.. columns.Select(column => column.Name)], rows - faults.Count, format);
    }

    private CanonicalFile FromJson(Slices slices, string format)
    {
        using var lines = new ConcatenatedFiles(parts);
        var laidOut = JsonSource.Convert(file, lines, "{}\n"u8.ToArray(), slices, faults, "");
        foreach (var part in parts)
            File.Delete(part);
        return laidOut with { Format = format };
    }

    private static string Reason(DuckDBException exception, UploadedFile file, string path) =>
        exception.Message.Split('\n')[0].Replace(path, file.Name, StringComparison.Ordinal).TrimEnd('.') + ".";
}
