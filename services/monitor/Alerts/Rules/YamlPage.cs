using System.Globalization;
using System.Text.RegularExpressions;
using ModelOps.ServiceDefaults;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace ModelOps.Monitor.Alerts.Rules;

/// <summary>Reads a YAML text value by value and keeps everything that is wrong with it, each with its line and column.</summary>
internal sealed partial class YamlPage(string file)
{
    private const int DeepestNesting = 8;

    public List<string> Wrong { get; } = [];

    public Place At(YamlNode node) => new(file, node.Start.Line, node.Start.Column);

    public void Refuse(YamlNode node, string reason) => Wrong.Add($"{At(node)}: {reason}");

    /// <summary>The top of the text; null where it is empty or unreadable.</summary>
    public YamlMappingNode? Load(string yaml)
    {
        try
        {
            if (!IsShallow(yaml))
                return null;
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            if (stream.Documents is not [var document, ..] || document.RootNode is YamlScalarNode { Value: null or "" })
                return null;
            return AsMap(document.RootNode, "the file");
        }
        catch (YamlException exception)
        {
            Wrong.Add($"{new Place(file, exception.Start.Line, exception.Start.Column)}: {exception.InnerException?.Message ?? exception.Message}");
            return null;
        }
    }

    /// <summary>A map, of which only <paramref name="keys"/> may be there; null leaves that open.</summary>
    public YamlMappingNode? AsMap(YamlNode node, string what, IReadOnlyCollection<string>? keys = null)
    {
        if (node is not YamlMappingNode map)
        {
            Refuse(node, $"{what} has to be a map of keys and values.");
            return null;
        }
        foreach (var key in map.Children.Keys.Where(key => keys is not null && !keys.Contains((key as YamlScalarNode)?.Value ?? "")))
            Refuse(key, $"'{key}' is no key of {what}; known: {string.Join(", ", keys!)}. docs/alerts.md explains them.");
        return map;
    }

    public static YamlNode? Find(YamlMappingNode map, string key) => map.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;

    public IReadOnlyList<YamlNode> List(YamlMappingNode map, string key)
    {
        switch (Find(map, key))
        {
            case null or YamlScalarNode { Value: null or "" }:
                return [];
            case YamlSequenceNode list:
                return [.. list.Children];
            case var other:
                Refuse(other, $"{key} has to be a list.");
                return [];
        }
    }

    public string? Text(YamlMappingNode map, string key)
    {
        switch (Find(map, key))
        {
            case null:
                return null;
            case YamlScalarNode { Value: { Length: > 0 } text }:
                return text;
            case var other:
                Refuse(other, $"{key} has to be a text.");
                return null;
        }
    }

    public IReadOnlyList<string> Texts(YamlMappingNode map, string key)
    {
        var texts = new List<string>();
        foreach (var node in List(map, key))
        {
            if (node is YamlScalarNode { Value: { Length: > 0 } text })
                texts.Add(text);
            else
                Refuse(node, $"{key} has an entry that is no text.");
        }
        return texts;
    }

    public double? Number(YamlMappingNode map, string key, double least = double.MinValue, double most = double.MaxValue)
    {
        if (Text(map, key) is not { } text)
            return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        Refuse(Find(map, key)!, least == double.MinValue ? $"{key} is '{text}', which is no number. Write one such as 0.05." : $"{key} is '{text}'; it is a number from {least} to {most}.");
        return null;
    }

    public TimeSpan? Duration(YamlMappingNode map, string key, TimeSpan least, TimeSpan most)
    {
        if (Text(map, key) is not { } text)
            return null;
        if (LengthOfTime.Parse(text) is { } duration && duration >= least && duration <= most)
            return duration;
        Refuse(Find(map, key)!, $"{key} is '{text}'; it is a time from {LengthOfTime.Exact(least)} to {LengthOfTime.Exact(most)}, such as 30s, 5m, 2h or 1d.");
        return null;
    }

    public bool? Flag(YamlMappingNode map, string key)
    {
        switch (Text(map, key))
        {
            case null:
                return null;
            case "true":
                return true;
            case "false":
                return false;
            case var other:
                Refuse(Find(map, key)!, $"{key} is '{other}'; it is true or false.");
                return null;
        }
    }

    public string? OneOf(YamlMappingNode map, string key, IReadOnlyCollection<string> known)
    {
        if (Text(map, key) is not { } text || known.Contains(text))
            return Text(map, key);
        Refuse(Find(map, key)!, $"{key} is '{text}'; known: {string.Join(", ", known)}.");
        return null;
    }

    /// <summary>A name that may stand in a URL, in Prometheus and in a secret's configuration key.</summary>
    public string? Name(YamlMappingNode map, string what)
    {
        if (Text(map, "name") is not { } name)
        {
            if (Find(map, "name") is null)
                Refuse(map, $"a {what} needs a name.");
            return null;
        }
        if (NamePattern().IsMatch(name))
            return name;
        Refuse(Find(map, "name")!, $"the name '{name}' cannot be used: small letters, digits and hyphens, at most 60.");
        return null;
    }

    /// <summary>Reading a tree takes a call per level: a text of nothing but brackets must not end the process.</summary>
    private bool IsShallow(string yaml)
    {
        var parser = new Parser(new StringReader(yaml));
        for (var depth = 0; parser.MoveNext();)
        {
            depth += parser.Current is MappingStart or SequenceStart ? 1 : parser.Current is MappingEnd or SequenceEnd ? -1 : 0;
            if (depth <= DeepestNesting && parser.Current is not AnchorAlias)
                continue;
            Wrong.Add($"{new Place(file, parser.Current!.Start.Line, parser.Current.Start.Column)}: {(depth > DeepestNesting ? "this is nested too deeply." : "references (*name) are not used here; write the value again.")}");
            return false;
        }
        return true;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,59}$")]
    private static partial Regex NamePattern();
}
