using DuckDB.NET.Data;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.Tests.Sources;

/// <summary>A file read as data-prep reads it, its cells as text.</summary>
internal sealed record ReadSource(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows, IReadOnlyList<long> Numbers, string Format, IReadOnlyList<(string Fault, long Row, string Column)> Faults)
{
    public static ReadSource Of(byte[] content, string name = "file", string? encoding = null)
    {
        using var duck = Open();
        return Of(duck, content, name, encoding);
    }

    /// <summary>A database for many reads, as opening one takes longer than reading a small file.</summary>
    public static DuckDBConnection Open()
    {
        var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        duck.Execute("SET TimeZone = 'UTC'; SET threads = 1");
        duck.Execute(StagedSource.Tables);
        return duck;
    }

    public static ReadSource Of(DuckDBConnection duck, byte[] content, string name = "file", string? encoding = null)
    {
        var folder = Directory.CreateTempSubdirectory("modelops-source-").FullName;
        try
        {
            var path = Path.Combine(folder, "source");
            File.WriteAllBytes(path, content);
            using var faults = new FaultLog(Path.Combine(folder, "faults"));
            var read = new List<(long Number, IReadOnlyList<string?> Cells)>();
            IReadOnlyList<string> columns = [];
            var format = "";
            var files = ModelOps.DataPrep.Sources.Packing.Package.Files(new UploadedFile(SourceKind.Events, name, path, content.Length, ""));
            foreach (var file in files)
            {
                var canonical = SourceReader.Read(duck, file, encoding, new Slices(Path.Combine(folder, "rows")), faults);
                (columns, format) = (canonical.Columns, canonical.Format);
                if (canonical.Rows > 0)
                {
                    read.AddRange(duck.Rows($"SELECT {CanonicalFile.Row}, {string.Join(", ", columns.Select(Sql.Name))} FROM {canonical.Sql} ORDER BY 1",
                        row => (row.GetInt64(0), (IReadOnlyList<string?>)[.. columns.Select((_, i) => row.IsDBNull(i + 1) ? null : row.GetString(i + 1))])));
                }
                Assert.Equal(canonical.Rows, read.Count);
            }
            faults.Save(duck, 0);
            IReadOnlyList<(string, long, string)> faulty = faults.Count == 0 ? [] : duck.Rows("SELECT reason, row, \"column\" FROM rejected ORDER BY row", row => (row.GetString(0), row.GetInt64(1), row.IsDBNull(2) ? "" : row.GetString(2)));
            if (faults.Count > 0)
                duck.Execute("DELETE FROM rejected");
            return new ReadSource(columns, [.. read.Select(row => row.Cells)], [.. read.Select(row => row.Number)], format, faulty);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public string?[] Column(string name) => [.. Rows.Select(row => row[Columns.ToList().IndexOf(name)])];
}
