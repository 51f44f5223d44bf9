using System.Text.RegularExpressions;

namespace ModelOps.DataPrep.Mapping;

/// <summary>Where a source's fields are found: a field's columns, the first of which that is filled speaks, or a value for all rows.</summary>
internal sealed partial class ColumnMapping
{
    private readonly Dictionary<string, IReadOnlyList<string>> columns = [];
    private readonly Dictionary<string, string> values = [];

    public IReadOnlyList<string> Columns(string field) => columns.GetValueOrDefault(field, []);

    /// <summary>As <see cref="SourceMapping.TimeFormat"/>.</summary>
    public string? TimeFormat { get; private init; }

    public string? Value(string field) => values.GetValueOrDefault(field);

    /// <summary>Field to column, as the report tells it.</summary>
    public IReadOnlyDictionary<string, string> Report =>
        columns.ToDictionary(pair => pair.Key, pair => string.Join(", else ", pair.Value)).Concat(values.Select(value => KeyValuePair.Create(value.Key, $"\"{value.Value}\""))).ToDictionary();

    public IReadOnlyList<string> Unused(IEnumerable<string> header)
    {
        var used = columns.Values.SelectMany(names => names).ToHashSet();
        return [.. header.Where(column => !used.Contains(column))];
    }

    /// <summary>Finds the fields of <paramref name="schema"/> in <paramref name="header"/>: as <paramref name="given"/> says, else by the known names.</summary>
    /// <exception cref="MappingException">A required field is missing, or <paramref name="given"/> names a column or a field that does not exist.</exception>
    public static ColumnMapping Resolve(TableSchema schema, string file, IReadOnlyList<string> header, SourceMapping? given)
    {
        var mapping = new ColumnMapping { TimeFormat = given?.TimeFormat };
        if (mapping.TimeFormat is { } format && !TimeFormats().IsMatch(format))
            throw new MappingException($"{file}: the time_format '{format}' is none. Write the date's parts in strptime's letters, for example '%d.%m.%Y %H:%M' for 31.12.2026 23:59, or '%m/%d/%Y %I:%M %p' for 12/31/2026 11:59 PM.");
        if (given?.Columns.Keys.Concat(given.Values.Keys).FirstOrDefault(name => schema.Fields.All(field => field.Name != name)) is { } stranger)
            throw new MappingException($"{file}: the mapping names the field '{stranger}', which {schema.Part} do not have. Fields: {string.Join(", ", schema.Fields.Select(field => field.Name))}.");
        foreach (var field in schema.Fields)
        {
            if (given?.Values.GetValueOrDefault(field.Name) is { } value)
                mapping.values[field.Name] = value;
            else if (given?.Columns.GetValueOrDefault(field.Name) is { } named)
                mapping.columns[field.Name] = [Find(header, named) ?? throw new MappingException($"{file}: the mapping names the column '{named}' for {field.Name}, but the file has: {string.Join(", ", header)}.")];
            else if (mapping.Recognise(field, header) is { Count: > 0 } found)
                mapping.columns[field.Name] = found;
        }
        if (schema.Kind == SourceKind.Events && !mapping.columns.ContainsKey(TableSchema.Event))
            mapping.values.TryAdd(TableSchema.Event, given?.Event ?? "purchase");

        var missing = schema.Fields.Where(field => field.IsRequired && !mapping.columns.ContainsKey(field.Name) && !mapping.values.ContainsKey(field.Name)).ToArray();
        return missing.Length == 0 ? mapping : throw new MappingException(
            $"{file}: no column was recognised as {string.Join(" or ", missing.Select(field => field.Name))}. The file has: {string.Join(", ", header)}. " +
            $"Rename a column (for example to {missing[0].Names[0]}), or send a mapping file: {schema.Part}: {{ columns: {{ {missing[0].Name}: <column> }} }}. POST /v1/mappings/suggest proposes one.");
    }

    /// <summary>Case, separators and a type after a colon (<c>user_id:token</c>) do not matter.</summary>
    public static string Plain(string column)
    {
        var end = column.IndexOf(':', StringComparison.Ordinal);
        var name = end < 0 ? column : column[..end];
        return new string([.. name.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
    }

    private List<string> Recognise(Field field, IReadOnlyList<string> header)
    {
        var free = field.Names.Select(name => Find(header, name)).OfType<string>().Where(column => !columns.Values.Any(taken => taken.Contains(column))).Distinct();
        return [.. field.TakesTheFirstFilled ? free : free.Take(1)];
    }

    private static string? Find(IReadOnlyList<string> header, string name) => header.FirstOrDefault(column => column == name) ?? header.FirstOrDefault(column => Plain(column) == Plain(name));

    /// <summary>Letters that DuckDB knows, a year among them.</summary>
    [GeneratedRegex(@"^(?=.*%-?[yYcxG])(?:[^%]|%-?[aAwdbBmyYHIpMSgfnzZjUWcxXGuV%])+$")]
    private static partial Regex TimeFormats();
}

/// <summary>A source does not have the columns that it needs; the message says which and what to do.</summary>
internal sealed class MappingException(string message) : Exception(message);
