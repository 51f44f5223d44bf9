using System.Collections.Frozen;

namespace ModelOps.Search.Analysis;

/// <summary>The spellings of units that follow a number, so that <c>13.3"</c>, <c>13.3-inch</c> and <c>13.3 inches</c> are one token.</summary>
internal static class Units
{
    private static readonly (string Unit, string[] Spellings)[] Known =
    [
        ("inch", ["\"", "”", "″", "''", "inch", "inches", "zoll", "pouces", "寸"]),
        ("mm", ["mm", "毫米"]),
        ("cm", ["cm", "厘米"]),
        ("m", ["m", "meter", "meters", "metre", "metres", "米"]),
        ("ft", ["ft", "foot", "feet"]),
        ("km", ["km"]),
        ("g", ["g", "克"]),
        ("kg", ["kg", "公斤"]),
        ("lb", ["lb", "lbs"]),
        ("oz", ["oz"]),
        ("ml", ["ml", "毫升"]),
        ("l", ["l", "liter", "litre", "升"]),
        ("gal", ["gal", "gallon", "gallons"]),
        ("mb", ["mb"]),
        ("gb", ["gb"]),
        ("tb", ["tb"]),
        ("kb", ["kb"]),
        ("mhz", ["mhz"]),
        ("ghz", ["ghz"]),
        ("hz", ["hz"]),
        ("dpi", ["dpi"]),
        ("ppm", ["ppm"]),
        ("mp", ["mp"]),
        ("w", ["w", "watt", "watts"]),
        ("kw", ["kw"]),
        ("v", ["v", "volt", "volts"]),
        ("a", ["a", "amp", "amps"]),
        ("mah", ["mah"]),
        ("va", ["va"]),
        ("pcs", ["pc", "pcs", "pack"]),
        ("sheets", ["sheets"]),
        ("pages", ["pages"]),
    ];

    private static readonly FrozenDictionary<string, string> Spellings =
        Known.SelectMany(unit => unit.Spellings.Select(spelling => KeyValuePair.Create(spelling, unit.Unit))).ToFrozenDictionary(StringComparer.Ordinal);

    /// <returns>The unit's one spelling, or null.</returns>
    public static string? Of(string word) => Spellings.GetValueOrDefault(word);
}
