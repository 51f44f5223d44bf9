using System.Collections.Concurrent;
using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Privacy;
using static ModelOps.DataPrep.Sources.Sql;

namespace ModelOps.DataPrep.Sources;

/// <summary>
/// Reads a file into the table of its kind, with the row each came from: <c>staged</c> for events (typed), <c>staged_products</c>,
/// <c>staged_users</c>, <c>staged_campaigns</c> … by <see cref="TableSchema"/> (text). Rows that cannot be read go to <c>rejected</c>.
/// </summary>
internal static class StagedSource
{
    public static string Tables { get; } = $"""
        CREATE TABLE rejected (source INTEGER, row BIGINT, reason VARCHAR, raw VARCHAR, "column" VARCHAR);
        {string.Join('\n', TableSchema.All.Where(schema => schema.Kind != SourceKind.Events).Select(schema =>
            $"CREATE TABLE {Table(schema.Kind)} (source INTEGER, row BIGINT, {string.Join(", ", schema.Fields.Select(field => $"{Column(schema.Kind, field)} VARCHAR"))}, {TableSchema.Attributes} VARCHAR);"))}
        """;

    public static string Table(SourceKind kind) => kind == SourceKind.Events ? "staged" : $"staged_{TableSchema.Of(kind).Part}";

    /// <summary>Events and products keep their text beside the value that the checks make of it.</summary>
    public static string Column(SourceKind kind, Field field) =>
        (kind is SourceKind.Events or SourceKind.Products) && (field.Type is FieldType.Time or FieldType.Number or FieldType.Price) ? $"{field.Name}_text" : field.Name;

    /// <summary>How much of a file is laid out before DuckDB reads it, while the next of it is.</summary>
    private const long SliceBytes = 32 << 20;

    /// <param name="folder">Where a readable copy lies while it is read.</param>
    /// <exception cref="MappingException">The columns are not those of the kind.</exception>
    /// <exception cref="UploadException">The file cannot be read, or has no row.</exception>
    public static SourceReport Read(DuckDBConnection duck, TypedRows rows, int number, UploadedFile file, MappingFile? mapping, string folder)
    {
        using var whole = new BlockingCollection<CanonicalFile>(boundedCapacity: 1);
        using var end = new CancellationTokenSource();
        var reading = Task.Run(() => LayOut(duck, number, file, mapping, folder, whole, end.Token));
        long filled = 0;
        try
        {
            // DuckDB is asked by this thread alone; who lays out asks it only for formats that have no slices.
            foreach (var slice in whole.GetConsumingEnumerable())
            {
                if (slice.Rows > 0)
                    Fill(duck, rows, number, file.Kind, slice, ColumnMapping.Resolve(TableSchema.Of(file.Kind), file.Name, slice.Columns, mapping?.For(file.Kind)));
                File.Delete(slice.Paths[0]);
                filled += slice.Rows;
            }
        }
        catch
        {
            end.Cancel();
            ((Task)reading).ContinueWith(_ => { }, TaskScheduler.Default).Wait();
            if (reading.IsCompletedSuccessfully)
                reading.Result.Dispose();
            else if (reading.Exception?.InnerException is not OperationCanceledException)
                reading.GetAwaiter().GetResult(); // whoever laid out took the slices away when he failed: that is the cause
            throw;
        }
        using var laidOut = reading.GetAwaiter().GetResult();
        if (laidOut.Content.Rows > filled)
            Fill(duck, rows, number, file.Kind, laidOut.Content, laidOut.Columns);
        return laidOut.Save(duck);
    }

    private static LaidOutSource LayOut(DuckDBConnection duck, int number, UploadedFile file, MappingFile? mapping, string folder, BlockingCollection<CanonicalFile> whole, CancellationToken end)
    {
        try
        {
            return LaidOutSource.Read(duck, number, file, mapping, folder, SliceBytes, slice => whole.Add(slice, end));
        }
        finally
        {
            whole.CompleteAdding();
        }
    }

    /// <summary>Reads what was laid out, or a slice of it, into the table of its kind.</summary>
    public static void Fill(DuckDBConnection duck, TypedRows rows, int number, SourceKind kind, CanonicalFile content, ColumnMapping columns) =>
        duck.Execute(kind == SourceKind.Events ? rows.Insert(number, Events(content, columns)) : Insert(TableSchema.Of(kind), number, content, columns));

    private static string Insert(TableSchema schema, int number, CanonicalFile content, ColumnMapping columns)
    {
        var names = schema.Fields.Select(field => Column(schema.Kind, field)).Append(TableSchema.Attributes);
        var texts = schema.Fields.Select(field => FieldText(field, columns)).Append(schema.KeepsAttributes ? AttributesText(columns.Unused(content.Columns)) : "NULL");
        return $"INSERT INTO {Table(schema.Kind)} (source, row, {string.Join(", ", names)}) SELECT {number}, {CanonicalFile.Row}, {string.Join(", ", texts)} FROM {content.Sql}";
    }

    private static string Events(CanonicalFile content, ColumnMapping columns) =>
        $"SELECT {CanonicalFile.Row} AS row, {string.Join(", ", TableSchema.Events.Fields.Select(field => $"{FieldText(field, columns)} AS {Column(SourceKind.Events, field)}"))} FROM {content.Sql}";

    private static string FieldText(Field field, ColumnMapping columns) => columns.Value(field.Name) is { } value
        ? Literal(value)
        : columns.Columns(field.Name) switch
        {
            [] => "NULL::VARCHAR",
            [var only] => Written(Filled(only), field, columns),
            var several => $"coalesce({string.Join(", ", several.Select(column => field.Type == FieldType.Id ? TypedRows.Present(Filled(column)) : Written(Filled(column), field, columns)))})",
        };

    /// <summary>A time in the shop's own format as ISO 8601.</summary>
    private static string Written(string text, Field field, ColumnMapping columns) => field.Type == FieldType.Time && columns.TimeFormat is { } format
        ? $"coalesce(strftime(try_strptime({text}, {Literal(format)}), '%Y-%m-%d %H:%M:%S.%f'), {text})"
        : text;

    private static string AttributesText(IReadOnlyList<string> columns) => columns.Count == 0
        ? "NULL"
        : $"CAST(json_merge_patch('{{}}', json_object({string.Join(", ", columns.Select(column => $"{Literal(column)}, {(HiddenText.IsPhone(column) ? HiddenText.HiddenPhone(Filled(column)) : Filled(column))}"))})) AS VARCHAR)";

    private static string Filled(string column) => $"nullif(trim({Name(column)}), '')";
}
