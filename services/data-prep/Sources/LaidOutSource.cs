using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Mapping;

namespace ModelOps.DataPrep.Sources;

/// <summary>A file laid out for DuckDB, with what its columns mean; the copy is gone when it is disposed.</summary>
internal sealed class LaidOutSource : IDisposable
{
    private readonly int number;
    private readonly UploadedFile file;
    private readonly DirectoryInfo work;
    private readonly FaultLog faults;

    private LaidOutSource(DuckDBConnection duck, int number, UploadedFile file, SourceMapping? given, string folder, long sliceBytes, Action<CanonicalFile>? isWhole)
    {
        (this.number, this.file) = (number, file);
        work = Directory.CreateDirectory(Path.Combine(folder, $"reading-{number}"));
        faults = new FaultLog(Path.Combine(work.FullName, "faults.csv"));
        try
        {
            Content = SourceReader.Read(duck, file, given?.Encoding, new Slices(Path.Combine(work.FullName, "rows"), sliceBytes) { IsWhole = isWhole }, faults);
            WorkProgress.Current.AddRows(Content.Rows + faults.Count);
            Columns = ColumnMapping.Resolve(TableSchema.Of(file.Kind), file.Name, Content.Columns, given);
            if (Content.Rows + faults.Count == 0)
                throw new UploadException($"{file.Name}: the file has a header but no rows.");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public CanonicalFile Content { get; }

    public ColumnMapping Columns { get; }

    /// <param name="folder">Where the copy lies.</param>
    /// <param name="sliceBytes">How long the copy's slices may become.</param>
    /// <param name="isWhole">As <see cref="Slices.IsWhole"/>.</param>
    /// <exception cref="MappingException">The columns are not those of the kind.</exception>
    /// <exception cref="UploadException">The file cannot be read, or has no row.</exception>
    public static LaidOutSource Read(DuckDBConnection duck, int number, UploadedFile file, MappingFile? mapping, string folder, long sliceBytes, Action<CanonicalFile>? isWhole = null) =>
        new(duck, number, file, mapping?.For(file.Kind), folder, sliceBytes, isWhole);

    /// <summary>Moves the rows that cannot be read, or used, into <c>rejected</c>.</summary>
    public SourceReport Save(DuckDBConnection duck)
    {
        var schema = TableSchema.Of(file.Kind);
        faults.Save(duck, number);
        IReadOnlyList<SourceFault> unusable = file.Kind == SourceKind.Events ? [] : StagedRows.PutUnusableAside(duck, schema, number);
        return new SourceReport(file.Name, schema.Part, file.Sha256, Content.Rows + faults.Count, Columns.Report)
        {
            Format = Content.Format,
            Unused = Columns.Unused(Content.Columns),
            Faults = [.. faults.Report(duck), .. unusable],
        };
    }

    public void Dispose()
    {
        faults.Dispose();
        work.Delete(recursive: true);
    }
}
