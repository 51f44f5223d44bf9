using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Mapping;

namespace ModelOps.DataPrep.Labelling;

/// <summary>A table whose rows can be labelled, in SQL over its row: what tells a row from others, for good, and what there is to read.</summary>
/// <param name="Key">The same for the same row in every version: an id, or a hash of what the row says.</param>
/// <param name="Text">What functions look at, and neighbours compare.</param>
/// <param name="More">What describes it further.</param>
internal sealed record LabelTable(SourceKind Kind, string Key, string Text, string More = "NULL", string Brand = "NULL")
{
    private static readonly LabelTable[] all =
    [
        new(SourceKind.Products, "item_id", "title", "left(description, 500)", "brand"),
        new(SourceKind.Users, "user_id", "attributes"),
        new(SourceKind.Judgements, "md5(concat_ws(chr(31), query, item_id))", "concat_ws(' ', query, title)"),
        new(SourceKind.Messages, "md5(text)", "text"),
        new(SourceKind.Faq, "md5(question)", "question", "left(answer, 500)"),
    ];

    public string Part => TableSchema.Of(Kind).Part;

    /// <summary>Where its rows stand in the making of a version.</summary>
    public string Rows => Kind == SourceKind.Products ? "catalogue" : $"shown_{Part}";

    /// <summary>Rows that say the same have one key, and one label.</summary>
    public bool HasTwins => Kind is SourceKind.Judgements or SourceKind.Messages or SourceKind.Faq;

    /// <exception cref="RulesException">There is no such table, or its rows are not labelled.</exception>
    public static LabelTable Of(string name) => all.FirstOrDefault(table => table.Part == name)
        ?? throw new RulesException($"The table '{name}' cannot be labelled. Those that can: {string.Join(", ", all.Select(table => table.Part))}.");

    /// <summary>A column as text, in SQL: one of the table, or a key of the source's other columns.</summary>
    /// <exception cref="RulesException">There is no such column.</exception>
    public string Column(string name)
    {
        var schema = TableSchema.Of(Kind);
        if (schema.Fields.Any(field => field.Name == name) || (Kind == SourceKind.Products && name is "available"))
            return $"CAST({name} AS VARCHAR)";
        return schema.KeepsAttributes
            ? $"json_extract_string(attributes, {Sources.Sql.Literal($"$.\"{name.Replace("\"", "", StringComparison.Ordinal)}\"")})"
            : throw new RulesException($"The table '{Part}' has no column '{name}'. It has {string.Join(", ", schema.Fields.Select(field => field.Name))}.");
    }

    /// <summary>True for a column of the table that can hold a label, false for one that is new.</summary>
    /// <exception cref="RulesException">The column holds something else.</exception>
    public bool Has(string column) => TableSchema.Of(Kind).Fields.FirstOrDefault(field => field.Name == column) switch
    {
        null => false,
        { Type: FieldType.Text } => true,
        _ => throw new RulesException($"The column '{column}' of '{Part}' does not hold texts. Name another column, such as 'label'; it may be a new one."),
    };
}
