using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Privacy;
using ModelOps.Pictures;
using static ModelOps.DataPrep.Sources.Sql;

namespace ModelOps.DataPrep.Sources;

/// <summary>The rows of users, campaigns, judgements, messages, FAQ and pictures, on their way from text to the version's tables.</summary>
internal static class StagedRows
{
    private const int MostSamples = 5;

    /// <summary>The kinds whose tables go into a version as they are, but for what <see cref="Checks.TableRun"/> mends and puts aside.</summary>
    public static IEnumerable<TableSchema> Schemas => TableSchema.All.Where(schema => schema.Kind is not (SourceKind.Events or SourceKind.Products));

    /// <summary>Those that have rows.</summary>
    public static IEnumerable<TableSchema> Present(DuckDBConnection duck) =>
        Schemas.Where(schema => duck.Scalar<bool>($"SELECT EXISTS (SELECT 1 FROM {StagedSource.Table(schema.Kind)})"));

    /// <summary>Moves rows that lack a required value, or hold one that cannot be read, into <c>rejected</c>.</summary>
    public static IReadOnlyList<SourceFault> PutUnusableAside(DuckDBConnection duck, TableSchema schema, int number)
    {
        var found = new Dictionary<string, (long Rows, List<FaultSample> Samples)>();
        if (schema.Fields.FirstOrDefault(field => field.Name == TableSchema.Fault) is { } told)
        {
            foreach (var fault in PictureFault.All)
                PutAside(duck, schema, number, told, fault, $"{TableSchema.Fault} = {Literal(fault)}", found);
        }
        foreach (var field in schema.Fields)
        {
            if (field.IsRequired)
                PutAside(duck, schema, number, field, RowFault.MissingValue, $"{field.Name} IS NULL", found);
            // A product with a price that cannot be read is a product.
            if (field.Type is not (FieldType.Id or FieldType.Text) && schema.Kind != SourceKind.Products)
                PutAside(duck, schema, number, field, RowFault.UnreadableValue, $"{field.Name} IS NOT NULL AND {FieldSql.Value(field.Type, field.Name)} IS NULL", found);
        }
        return [.. found.Select(fault => new SourceFault(fault.Key, fault.Value.Rows, fault.Value.Samples))];
    }

    /// <summary>The table as the version holds it; in an order that depends on the rows alone.</summary>
    public static string Export(TableSchema schema)
    {
        var fields = schema.Fields.Where(field => field.Name is not (TableSchema.Fault or TableSchema.Reason)).Select(field => $"{Shown(schema, field)} AS {field.Name}");
        if (schema.KeepsAttributes)
            fields = fields.Append($"{HiddenText.HiddenFree(TableSchema.Attributes)} AS {TableSchema.Attributes}");
        // Of a shopper who comes twice, and of two pictures of a product, the later row holds.
        var key = schema.Kind switch
        {
            SourceKind.Users => TableSchema.User,
            SourceKind.Pictures => TableSchema.Item,
            _ => null,
        };
        var latest = key is null ? "" : $"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY source DESC, row DESC) = 1";
        return $"SELECT {string.Join(", ", fields)} FROM {StagedSource.Table(schema.Kind)} {latest} ORDER BY {key ?? "source, row"}";
    }

    /// <summary>Ids and texts without personal details, values as they are. Pictures have the ids and addresses of products alone, which stay those of the catalogue.</summary>
    private static string Shown(TableSchema schema, Field field) => field.Type switch
    {
        FieldType.Id when schema.Kind == SourceKind.Pictures => field.Name,
        FieldType.Id => HiddenText.Hidden(field.Name),
        FieldType.Text => HiddenText.HiddenFree(field.Name),
        _ => FieldSql.Value(field.Type, field.Name),
    };

    /// <summary>SQL of a row as the quarantine keeps it, which hides personal details when it is written.</summary>
    public static string Raw(TableSchema schema) => $"CAST(to_json(struct_pack({string.Join(", ", schema.Fields.Select(field => $"\"{field.Name}\" := {StagedSource.Column(schema.Kind, field)}"))})) AS VARCHAR)";

    /// <summary>The same as a report shows it.</summary>
    public static string Shown(TableSchema schema) => HiddenText.HiddenFree(Raw(schema));

    private static void PutAside(
        DuckDBConnection duck, TableSchema schema, int number, Field field, string fault, string condition, Dictionary<string, (long Rows, List<FaultSample> Samples)> found)
    {
        var table = StagedSource.Table(schema.Kind);
        var where = $"source = {number} AND {condition}";
        var row = Raw(schema);
        var samples = duck.Rows($"SELECT row, {Shown(schema)} FROM {table} WHERE {where} ORDER BY row LIMIT {MostSamples}", reader => new FaultSample(reader.GetInt64(0), field.Name, reader.GetString(1)));
        if (samples.Count == 0)
            return;
        duck.Execute($"INSERT INTO rejected SELECT source, row, {Literal(fault)}, {row}, {Literal(field.Name)} FROM {table} WHERE {where}");
        var rows = duck.Execute($"DELETE FROM {table} WHERE {where}");
        var (before, known) = found.GetValueOrDefault(fault, (0, []));
        found[fault] = (before + rows, [.. known.Concat(samples).Take(MostSamples)]);
    }
}
