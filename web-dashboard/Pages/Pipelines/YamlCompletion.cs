using System.Text.Json;

namespace ModelOps.Dashboard.Pages.Pipelines;

/// <summary>What can be written at a place of a YAML text.</summary>
/// <param name="Insert">The text that takes the place of what the line has of it so far.</param>
internal sealed record Completion(string Text, string Description, string Insert);

/// <summary>Completion from a JSON Schema: the keys of the block that the caret stands in, or the values of its key. Block style; within braces it says nothing.</summary>
internal static class YamlCompletion
{
    /// <param name="line">Counts from 0.</param>
    public static IReadOnlyList<Completion> At(JsonElement schema, string text, int line)
    {
        var lines = text.Split('\n').Select(written => new Line(written.TrimEnd('\r'))).ToList();
        if (line < 0 || line >= lines.Count || lines[line].IsFlow)
            return [];
        var current = lines[line];
        if (NodeOf(schema, PathTo(lines, line)) is not { } node)
            return [];
        return current.Value is { } value ? ValuesOf(node, current.Key!, value) : KeysOf(node, Siblings(lines, line), current);
    }

    /// <summary>The text with the completion in its line, indentation and dash as they are.</summary>
    public static string Insert(string text, int line, Completion completion)
    {
        var lines = text.Split('\n');
        var written = lines[line].TrimEnd('\r');
        lines[line] = written[..(written.Length - new Line(written).Written.Length)] + completion.Insert;
        return string.Join('\n', lines);
    }

    private static List<Completion> ValuesOf(JsonElement node, string key, string value)
    {
        if (Property(node, key) is not { } property)
            return [];
        var values = property.TryGetProperty("enum", out var listed) ? listed.EnumerateArray().Select(one => one.ToString()).ToList()
            : TypeOf(property) == "boolean" ? ["true", "false"]
            : [];
        return [.. values.Where(one => one != value && one.StartsWith(value, StringComparison.Ordinal)).Select(one => new Completion(one, Description(property), $"{key}: {one}"))];
    }

    private static List<Completion> KeysOf(JsonElement node, HashSet<string> taken, Line current)
    {
        if (!node.TryGetProperty("properties", out var properties))
            return [];
        return [.. properties.EnumerateObject().Where(one => !taken.Contains(one.Name) && one.Name.StartsWith(current.Text, StringComparison.Ordinal))
            .Select(one => new Completion(one.Name, Description(one.Value), TypeOf(one.Value) is "object" or "array" ? $"{one.Name}:" : $"{one.Name}: "))];
    }

    /// <summary>The keys above the line, the outermost first.</summary>
    private static List<string> PathTo(List<Line> lines, int line)
    {
        var path = new List<string>();
        var indent = lines[line].Indent;
        for (var above = line - 1; above >= 0 && indent > 0; above--)
        {
            var candidate = lines[above];
            if (candidate.Text.Length == 0 || candidate.Key is null || candidate.Indent >= indent)
                continue;
            path.Insert(0, candidate.Key);
            indent = candidate.Indent;
        }
        return path;
    }

    /// <summary>The keys that the line's block has already.</summary>
    private static HashSet<string> Siblings(List<Line> lines, int line)
    {
        var indent = lines[line].Indent;
        var found = new HashSet<string>(StringComparer.Ordinal);
        for (var above = line - 1; above >= 0 && !lines[above].IsOutside(indent) && !lines[above + 1].IsItemOf(indent); above--)
            lines[above].AddTo(found, indent);
        for (var below = line + 1; below < lines.Count && !lines[below].IsOutside(indent) && !lines[below].IsItemOf(indent); below++)
            lines[below].AddTo(found, indent);
        return found;
    }

    private static JsonElement? NodeOf(JsonElement schema, List<string> path)
    {
        JsonElement? node = schema;
        foreach (var key in path)
        {
            if (node is not { } at || (Property(at, key) ?? Additional(at)) is not { } next)
                return null;
            node = TypeOf(next) == "array" && next.TryGetProperty("items", out var items) ? items : next;
        }
        return node;
    }

    /// <summary>By comparison of names: a key that somebody is writing need not be text that JSON could have.</summary>
    private static JsonElement? Property(JsonElement node, string key) =>
        node.ValueKind == JsonValueKind.Object && node.TryGetProperty("properties", out var properties)
            ? properties.EnumerateObject().Where(one => one.Name == key).Select(one => (JsonElement?)one.Value).FirstOrDefault()
            : null;

    private static JsonElement? Additional(JsonElement node) =>
        node.ValueKind == JsonValueKind.Object && node.TryGetProperty("additionalProperties", out var additional) && additional.ValueKind == JsonValueKind.Object ? additional : null;

    private static string Description(JsonElement property) => property.TryGetProperty("description", out var description) ? description.GetString()! : "";

    private static string? TypeOf(JsonElement property) => !property.TryGetProperty("type", out var type) ? null
        : type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()).FirstOrDefault(one => one != "null")
        : type.GetString();

    /// <summary>One line: how far its content is indented, a list's dash counted as indentation, and its key and value where it has them.</summary>
    private sealed class Line
    {
        public Line(string written)
        {
            var content = written.TrimStart(' ');
            (IsItem, Dash) = (content.StartsWith("- ", StringComparison.Ordinal) || content == "-", written.Length - content.Length);
            Written = Text = IsItem ? content[1..].TrimStart(' ') : content;
            Indent = IsItem ? Dash + 2 : Dash;
            if (Text.StartsWith('#'))
                Text = "";
            var colon = Text.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
                (Key, Value) = (Text[..colon], Text.Length > colon + 1 ? Text[(colon + 1)..].Trim() : null);
        }

        public int Indent { get; }

        /// <summary>Without indentation and dash.</summary>
        public string Written { get; }

        /// <summary>As written, but empty for a comment.</summary>
        public string Text { get; }

        public string? Key { get; }

        /// <summary>Null where nothing follows the colon, and without one.</summary>
        public string? Value { get; }

        public bool IsFlow => Text.Contains('{', StringComparison.Ordinal) || Text.Contains('[', StringComparison.Ordinal);

        private bool IsItem { get; }

        private int Dash { get; }

        public bool IsOutside(int indent) => Text.Length > 0 && Indent < indent;

        public bool IsItemOf(int indent) => IsItem && Indent == indent;

        public void AddTo(HashSet<string> keys, int indent)
        {
            if (Indent == indent && Key is not null)
                keys.Add(Key);
        }
    }
}
