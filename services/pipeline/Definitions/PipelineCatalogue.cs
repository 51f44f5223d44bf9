using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace ModelOps.Pipeline.Definitions;

/// <summary>The pipelines by name, read from the YAML files of a folder when the service starts.</summary>
internal sealed class PipelineCatalogue(IReadOnlyDictionary<string, PipelineDefinition> pipelines)
{
    public IReadOnlyDictionary<string, PipelineDefinition> Pipelines => pipelines;

    /// <exception cref="InvalidDataException">A file is not a pipeline; the message names the file, the line and the key.</exception>
    public static PipelineCatalogue Load(string folder) =>
        new(Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal).Select(file => Parse(file, File.ReadAllText(file))).ToDictionary(pipeline => pipeline.Name));

    public static PipelineDefinition Parse(string file, string yaml)
    {
        PipelineDefinition definition;
        try
        {
            definition = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build().Deserialize<PipelineDefinition>(yaml) ?? new PipelineDefinition();
        }
        catch (YamlException exception)
        {
            throw new InvalidDataException($"{file}, line {exception.Start.Line}, column {exception.Start.Column}: {exception.InnerException?.Message ?? exception.Message}");
        }
        var wrong = definition.Validate().ToList();
        return wrong.Count == 0 ? definition : throw new InvalidDataException($"{file}: {string.Join(" ", wrong)}");
    }
}
