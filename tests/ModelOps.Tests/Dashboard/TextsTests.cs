using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ModelOps.Tests.Dashboard;

public sealed partial class TextsTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "web-dashboard");

    [Fact]
    public void EveryTextOfThePages_IsInChineseToo()
    {
        var chinese = XDocument.Load(Path.Combine(Folder, "Resources", "Texts.zh-Hans.resx")).Root!.Elements("data").ToDictionary(text => text.Attribute("name")!.Value, text => text.Element("value")!.Value);
        var written = new DirectoryInfo(Folder).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => file.Extension is ".razor" or ".cs" && !file.FullName.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}"))
            .SelectMany(file => Text().Matches(File.ReadAllText(file.FullName)).SelectMany(match => match.Groups["text"].Captures.Select(text => Regex.Unescape(text.Value)))).Distinct().ToList();

        Assert.True(written.Count > 500, $"Only {written.Count} texts were found in {Folder}.");
        Assert.Empty(written.Where(text => !chinese.TryGetValue(text, out var translated) || translated.Length == 0).Order());
    }

    [Fact]
    public void EveryChineseText_HasThePlacesOfTheEnglishOne()
    {
        var wrong = XDocument.Load(Path.Combine(Folder, "Resources", "Texts.zh-Hans.resx")).Root!.Elements("data")
            .Where(text => Places(text.Attribute("name")!.Value) is { Length: > 0 } places && places != Places(text.Element("value")!.Value)).Select(text => text.Attribute("name")!.Value);

        Assert.Empty(wrong);
    }

    private static string Places(string text) => string.Join(' ', Place().Matches(text).Select(match => match.Value).Distinct().Order());

    /// <summary>A text's key as the pages write it, alone or as one of two.</summary>
    [GeneratedRegex("""\b(?:T|texts)\[(?:"(?<text>(?:[^"\\]|\\.)*)"|[^"\]]*\? "(?<text>[^"]*)" : "(?<text>[^"]*)")""")]
    private static partial Regex Text();

    [GeneratedRegex(@"\{\d+")]
    private static partial Regex Place();
}
