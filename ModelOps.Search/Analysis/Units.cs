using System.Collections.Frozen;

namespace ModelOps.Search.Analysis;

/// <summary>The spellings of units that follow a number, so that <c>13.3"</c>, <c>13.3-inch</c> and <c>13.3 inches</c> are one token.</summary>
internal static class Units
{
    private static readonly FrozenDictionary<string, string> Spellings = new Dictionary<string, string>
    {
        ["\""] = "inch", ["”"] = "inch", ["″"] = "inch", ["''"] = "inch", ["inch"] = "inch", ["inches"] = "inch", ["zoll"] = "inch", ["pouces"] = "inch", ["寸"] = "inch",
        ["mm"] = "mm", ["cm"] = "cm", ["m"] = "m", ["meter"] = "m", ["meters"] = "m", ["metre"] = "m", ["metres"] = "m", ["ft"] = "ft", ["foot"] = "ft", ["feet"] = "ft", ["km"] = "km",
        ["g"] = "g", ["kg"] = "kg", ["lb"] = "lb", ["lbs"] = "lb", ["oz"] = "oz", ["ml"] = "ml", ["l"] = "l", ["liter"] = "l", ["litre"] = "l", ["gal"] = "gal", ["gallon"] = "gal", ["gallons"] = "gal",
        ["mb"] = "mb", ["gb"] = "gb", ["tb"] = "tb", ["kb"] = "kb", ["mhz"] = "mhz", ["ghz"] = "ghz", ["hz"] = "hz", ["dpi"] = "dpi", ["ppm"] = "ppm", ["mp"] = "mp",
        ["w"] = "w", ["watt"] = "w", ["watts"] = "w", ["kw"] = "kw", ["v"] = "v", ["volt"] = "v", ["volts"] = "v", ["a"] = "a", ["amp"] = "a", ["amps"] = "a", ["mah"] = "mah", ["va"] = "va",
        ["pc"] = "pcs", ["pcs"] = "pcs", ["pack"] = "pcs", ["sheets"] = "sheets", ["pages"] = "pages",
        ["克"] = "g", ["公斤"] = "kg", ["米"] = "m", ["厘米"] = "cm", ["毫米"] = "mm", ["升"] = "l", ["毫升"] = "ml",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <returns>The unit's one spelling, or null.</returns>
    public static string? Of(string word) => Spellings.GetValueOrDefault(word);
}
