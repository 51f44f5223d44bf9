using System.IO.Compression;
using System.Security.Cryptography;
using DuckDB.NET.Data;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;
using ModelOps.DataPrep.Sources.Packing;

namespace ModelOps.DataPrep.Privacy;

/// <summary>A source without a person's rows.</summary>
/// <param name="File">Null when nothing is left of it.</param>
/// <param name="Removed">Rows of the person, and rows that could not be read and so might have been the person's.</param>
internal sealed record ErasedSource(UploadedFile? File, long Removed);

/// <summary>
/// Writes a source anew without a person: as Parquet with all its columns, whatever it was, and a zip archive as one of such files.
/// A later version reads it as it read the original.
/// </summary>
internal static class SourceEraser
{
    /// <returns>Null when the person is not in the source.</returns>
    /// <exception cref="UploadException">The source cannot be read.</exception>
    public static ErasedSource? Erase(UploadedFile source, string? mapping, Person person, string folder)
    {
        var files = Package.Files(source);
        var parts = files.Select((file, number) => ErasePart(file, mapping, person, Path.Combine(folder, $"{source.Sha256[..16]}-{number}"))).ToList();
        if (parts.All(part => part.Person == 0))
            return null;
        var removed = parts.Sum(part => part.Removed);
        var left = parts.Where(part => part.Kept > 0).ToList();
        if (left.Count == 0)
            return new ErasedSource(null, removed);
        var path = files[0].Entry is null ? left[0].Path : Zip(left.Select(part => (part.Path, part.Name)), Path.Combine(folder, $"{source.Sha256[..16]}.zip"));
        using var content = File.OpenRead(path);
        return new ErasedSource(source with { Path = path, Bytes = content.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(content)) }, removed);
    }

    private sealed record Part(string Name, string Path, long Kept, long Person, long Removed);

    private static Part ErasePart(UploadedFile file, string? mapping, Person erased, string path)
    {
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        HiddenText.Register(duck, erased.Store);
        var given = mapping is null ? null : MappingFile.Parse(mapping).For(file.Kind);
        using var faults = new FaultLog(path + ".faults");
        var content = SourceReader.Read(duck, file, given?.Encoding, new Slices(path + ".rows"), faults);
        var schema = TableSchema.Of(file.Kind);
        var person = schema.Fields.All(field => field.Name != TableSchema.User) ? "false" : Condition(ColumnMapping.Resolve(schema, file.Name, content.Columns, given).Columns(TableSchema.User), erased.Hidden);
        var found = content.Rows == 0 ? 0 : duck.Scalar<long>($"SELECT count(*) FROM {content.Sql} WHERE {person}");
        var target = path + ".parquet";
        if (content.Rows > 0)
            duck.Execute($"COPY (SELECT {string.Join(", ", content.Columns.Select(Sql.Name))} FROM {content.Sql} WHERE NOT coalesce({person}, false) ORDER BY {CanonicalFile.Row}) TO {Sql.Literal(target)} (FORMAT parquet, COMPRESSION zstd)");
        return new Part(Path.GetFileNameWithoutExtension(file.Entry ?? file.Name) + ".parquet", target, content.Rows - found, found, found + faults.Count);
    }

    /// <summary>However the id is written: ids that a spreadsheet has made decimal numbers are the person's too, and an address in capitals.</summary>
    private static string Condition(IReadOnlyList<string> columns, string hidden) => columns.Count == 0 ? "false"
        : string.Join(" OR ", columns.Select(column => $"coalesce({HiddenText.Hidden($"trim({Sql.Name(column)})")} IN ({Sql.Literal(hidden)}, {Sql.Literal(hidden + ".0")}), false)"));

    private static string Zip(IEnumerable<(string Path, string Name)> parts, string path)
    {
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (part, name) in parts)
            archive.CreateEntryFromFile(part, name, CompressionLevel.NoCompression);
        return path;
    }
}
