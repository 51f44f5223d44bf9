namespace ModelOps.Contracts.Datasets;

/// <summary>What a file seems to be, the likeliest kind first.</summary>
/// <param name="Format">How the file is written, for example <c>csv, utf-8, delimiter ;, quote "</c>.</param>
public sealed record MappingSuggestions(string File, string Format, IReadOnlyList<MappingSuggestion> Suggestions);

/// <summary>How a file's columns could fill a kind of table.</summary>
/// <param name="Confidence">From 0 to 1: how sure the required fields are, less what no column was found for.</param>
/// <param name="Missing">Required fields without a column.</param>
/// <param name="Unused">Columns that nothing is made of.</param>
/// <param name="SampleRows">The first rows as they would land; null where a value cannot be read.</param>
/// <param name="Mapping">The YAML to send along with the file, after a look at it.</param>
public sealed record MappingSuggestion(
    string Kind,
    double Confidence,
    IReadOnlyList<SuggestedField> Fields,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Unused,
    IReadOnlyList<IReadOnlyDictionary<string, string?>> SampleRows,
    string Mapping);

/// <param name="Confidence">From 0 to 1, by the column's name and by its values.</param>
/// <param name="Samples">Some of the column's values.</param>
public sealed record SuggestedField(string Field, string Column, double Confidence, IReadOnlyList<string> Samples);
