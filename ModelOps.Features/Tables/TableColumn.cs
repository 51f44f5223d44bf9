using System.Globalization;
using System.Text.Json.Serialization;

namespace ModelOps.Features.Tables;

[JsonConverter(typeof(JsonStringEnumConverter<ColumnKind>))]
public enum ColumnKind
{
    [JsonStringEnumMemberName("number")] Number,
    [JsonStringEnumMemberName("category")] Category,
}

/// <summary>A column of a table and what training learned about it.</summary>
public sealed record TableColumn(string Name, ColumnKind Kind)
{
    private const int MostDistinctForLogarithm = 20;
    private const double SkewForLogarithm = 2;
    private Dictionary<string, int>? places;

    /// <summary>Of a category: its values, the most frequent first; the number of a value is its place.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Of a number, after the logarithm if there is one.</summary>
    public double Mean { get; init; }

    /// <summary>Of a number, after the logarithm if there is one; never 0.</summary>
    public double Deviation { get; init; } = 1;

    /// <summary>A skewed number counts as sign(x) · ln(1 + |x|) for linear models and networks.</summary>
    public bool Logarithmic { get; init; }

    /// <summary>Training saw rows without a value.</summary>
    public bool HasMissing { get; init; }

    /// <param name="values">Of the training rows alone.</param>
    /// <param name="kind">Null: a number where every value is one.</param>
    /// <param name="mostCategories">Rarer values count as unknown.</param>
    public static TableColumn Learn(string name, IReadOnlyList<string?> values, ColumnKind? kind = null, int mostCategories = 255)
    {
        ArgumentNullException.ThrowIfNull(values);
        var present = values.Where(value => !string.IsNullOrWhiteSpace(value)).Select(value => value!.Trim()).ToList();
        var missing = present.Count < values.Count;
        kind ??= present.Count > 0 && present.TrueForAll(value => TryNumber(value, out _)) ? ColumnKind.Number : ColumnKind.Category;
        if (kind == ColumnKind.Category)
        {
            return new TableColumn(name, ColumnKind.Category)
            {
                HasMissing = missing,
                Categories = [.. present.CountBy(value => value).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(mostCategories).Select(pair => pair.Key)],
            };
        }
        var numbers = present.Select(value => TryNumber(value, out var number) ? (double)number : double.NaN).Where(double.IsFinite).ToArray();
        var logarithmic = numbers.Distinct().Count() > MostDistinctForLogarithm && Math.Abs(Skew(numbers)) > SkewForLogarithm;
        if (logarithmic)
            numbers = Array.ConvertAll(numbers, Logarithm);
        var (mean, deviation) = Moments(numbers);
        return new TableColumn(name, ColumnKind.Number) { HasMissing = missing || numbers.Length < present.Count, Logarithmic = logarithmic, Mean = mean, Deviation = deviation > 1e-12 ? deviation : 1 };
    }

    /// <returns>The number, the category's place, or NaN where it is missing, unknown or no number.</returns>
    public float Encode(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return float.NaN;
        text = text.Trim();
        if (Kind == ColumnKind.Number)
            return TryNumber(text, out var number) ? number : float.NaN;
        places ??= Categories.Index().ToDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);
        return places.TryGetValue(text, out var place) ? place : float.NaN;
    }

    /// <summary>sign(x) · ln(1 + |x|).</summary>
    public static double Logarithm(double value) => Math.Sign(value) * Math.Log(1 + Math.Abs(value));

    private static bool TryNumber(string text, out float number)
    {
        if (bool.TryParse(text, out var flag))
        {
            number = flag ? 1 : 0;
            return true;
        }
        return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && float.IsFinite(number);
    }

    private static (double Mean, double Deviation) Moments(double[] values)
    {
        if (values.Length == 0)
            return (0, 1);
        var mean = values.Average();
        return (mean, Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Length));
    }

    private static double Skew(double[] values)
    {
        var (mean, deviation) = Moments(values);
        return deviation < 1e-12 ? 0 : values.Average(value => Math.Pow((value - mean) / deviation, 3));
    }
}
