using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ModelOps.Pipeline.Definitions;

/// <summary>Where in a text each key stands, by paths such as <c>gates[1].metric</c>.</summary>
internal sealed class YamlPlaces
{
    private readonly Dictionary<string, Mark> places = [];

    /// <summary>A node that others refer to (<c>*name</c>) is walked once: references to references would be walked for ever.</summary>
    private readonly HashSet<YamlNode> walked = new(ReferenceEqualityComparer.Instance);

    public YamlPlaces(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        if (stream.Documents.Count > 0)
            Visit("", stream.Documents[0].RootNode);
    }

    /// <summary>Of the value at <paramref name="path"/> (a value of several lines begins at its key); of what holds it where it is absent.</summary>
    public Mark Of(string path)
    {
        for (; path.Length > 0; path = path[..Math.Max(0, path.LastIndexOfAny(['.', '[']))])
        {
            if (places.TryGetValue(path, out var place))
                return place;
        }
        return new Mark(0, 1, 1);
    }

    private void Visit(string path, YamlNode node)
    {
        if (node is YamlSequenceNode sequence)
        {
            foreach (var (index, child) in sequence.Children.Index())
                Keep($"{path}[{index}]", child.Start, child);
        }
        else if (node is YamlMappingNode mapping)
        {
            foreach (var (key, child) in mapping.Children)
                Keep(path.Length == 0 ? $"{key}" : $"{path}.{key}", child is YamlScalarNode ? child.Start : key.Start, child);
        }
    }

    private void Keep(string path, Mark place, YamlNode node)
    {
        places[path] = place;
        if (walked.Add(node))
            Visit(path, node);
    }
}
