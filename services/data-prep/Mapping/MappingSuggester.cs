using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Sources;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace ModelOps.DataPrep.Mapping;

/// <summary>Proposes, for each kind of table, which column of a file fills which field: by names and by values.</summary>
internal static class MappingSuggester
{
    private const int MostRows = 5000;
    private const int MostColumns = 200;
    private const int SampleRows = 5;

    /// <summary>Below this a pair of field and column is no proposal.</summary>
    private const double Least = .35;

    /// <exception cref="UploadException">The file cannot be read.</exception>
    public static MappingSuggestions Suggest(UploadedFile file, string folder)
    {
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        duck.Execute("SET TimeZone = 'UTC'");
        using var faults = new FaultLog(Path.Combine(folder, "faults.csv"));
        var content = SourceReader.Read(duck, file, null, new Slices(Path.Combine(folder, "rows")), faults);
        if (content.Rows == 0)
            throw new UploadException($"{file.Name}: there is no row that can be read.");
        duck.Execute($"CREATE TABLE sample AS SELECT * FROM {content.Sql} ORDER BY {CanonicalFile.Row} LIMIT {MostRows}");
        var columns = content.Columns.Take(MostColumns).Select(column => ColumnValues.Of(duck, "sample", column)).ToList();
        var suggestions = TableSchema.All.Where(schema => schema.Kind != SourceKind.Pictures).Select(schema => For(duck, schema, columns, content.Columns)).Where(suggestion => suggestion.Fields.Count > 0);
        return new MappingSuggestions(file.Name, content.Format, [.. suggestions.OrderByDescending(suggestion => suggestion.Confidence)]);
    }

    private static MappingSuggestion For(DuckDBConnection duck, TableSchema schema, IReadOnlyList<ColumnValues> columns, IReadOnlyList<string> header)
    {
        var pairs = from field in schema.Fields
                    from column in columns
                    let confidence = Confidence(schema, field, column)
                    where confidence >= Least
                    orderby confidence descending
                    select (Field: field, Column: column, Confidence: confidence);
        var chosen = new Dictionary<Field, (ColumnValues Column, double Confidence)>();
        foreach (var pair in pairs)
        {
            if (!chosen.ContainsKey(pair.Field) && chosen.Values.All(taken => taken.Column != pair.Column))
                chosen[pair.Field] = (pair.Column, pair.Confidence);
        }
        var required = schema.Fields.Where(field => field.IsRequired).ToList();
        var sure = required.Average(field => chosen.TryGetValue(field, out var found) ? found.Confidence : 0);
        // A kind that leaves most columns without a place is less likely the right one.
        var covered = (double)chosen.Count / Math.Min(header.Count, schema.Fields.Length);
        var given = new SourceMapping { Columns = schema.Fields.Where(chosen.ContainsKey).ToDictionary(field => field.Name, field => chosen[field].Column.Column) };
        return new MappingSuggestion(
            schema.Part, Math.Round(sure * (.7 + .3 * covered), 3),
            [.. schema.Fields.Where(chosen.ContainsKey).Select(field => new SuggestedField(field.Name, chosen[field].Column.Column, Math.Round(chosen[field].Confidence, 3), chosen[field].Column.Samples))],
            [.. required.Where(field => !chosen.ContainsKey(field)).Select(field => field.Name)],
            [.. header.Where(column => !given.Columns.ContainsValue(column))],
            Samples(duck, schema, given), Yaml(schema, given));
    }

    /// <summary>A recognised name whose values suit is sure; one of both alone is a guess.</summary>
    private static double Confidence(TableSchema schema, Field field, ColumnValues column)
    {
        var (name, values) = (NameHints.Score(field, column.Column), column.Suits(schema, field));
        return name == 0 && !field.IsRequired && field.Name != TableSchema.Event ? 0 : .55 * name + .45 * values * (name > 0 ? 1 : .9);
    }

    private static List<IReadOnlyDictionary<string, string?>> Samples(DuckDBConnection duck, TableSchema schema, SourceMapping given)
    {
        var fields = schema.Fields.Where(field => given.Columns.ContainsKey(field.Name)).ToList();
        var values = fields.Select(field => $"CAST({FieldSql.Value(field.Type, $"nullif(trim({Sql.Name(given.Columns[field.Name])}), '')")} AS VARCHAR)");
        return fields.Count == 0 ? [] : duck.Rows<IReadOnlyDictionary<string, string?>>($"SELECT {string.Join(", ", values)} FROM sample ORDER BY rowid LIMIT {SampleRows}",
            row => fields.Select((field, i) => (field.Name, Value: row.IsDBNull(i) ? null : row.GetString(i))).ToDictionary(pair => pair.Name, pair => pair.Value));
    }

    private static string Yaml(TableSchema schema, SourceMapping given) =>
        new SerializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).WithQuotingNecessaryStrings().Build().Serialize(new Dictionary<string, object> { [schema.Part] = new { columns = given.Columns } });
}
