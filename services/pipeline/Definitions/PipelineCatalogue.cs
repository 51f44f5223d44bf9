using ModelOps.Contracts.Runs;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace ModelOps.Pipeline.Definitions;

/// <summary>The pipelines by name, read from the YAML files of a folder, and read again when a file changes.</summary>
internal sealed class PipelineCatalogue(IReadOnlyDictionary<string, PipelineDefinition> pipelines, string? folder = null)
{
    private static readonly IDeserializer Yaml = new DeserializerBuilder()
        .WithNamingConvention(UnderscoredNamingConvention.Instance).WithTypeConverter(new LengthOfTimeConverter()).Build();

    private volatile IReadOnlyDictionary<string, PipelineDefinition> pipelines = pipelines;
    private string stamp = folder is null ? "" : StampOf(folder);

    public IReadOnlyDictionary<string, PipelineDefinition> Pipelines => pipelines;

    /// <summary>Why the files as they are now are not in effect; null when they are.</summary>
    public string? Refusal { get; private set; }

    /// <exception cref="InvalidDataException">A file is not a pipeline; the message names the file, the lines, the columns and the keys.</exception>
    public static PipelineCatalogue Load(string folder) => new(Read(folder), folder);

    /// <summary>Takes in changed files, all or none: where one is wrong, the pipelines before it stay, and <see cref="Refusal"/> says why.</summary>
    /// <returns>True when a change has been seen.</returns>
    public bool Reload()
    {
        if (folder is null || StampOf(folder) is var now && now == stamp)
            return false;
        stamp = now;
        try
        {
            pipelines = Read(folder);
            Refusal = null;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            Refusal = exception.Message;
        }
        return true;
    }

    public static PipelineDefinition Parse(string file, string yaml) => Check(yaml, out var faults) is { } definition && faults.Count == 0
        ? definition
        : throw new InvalidDataException(string.Join(" ", faults.Select(fault => $"{file}, line {fault.Line}, column {fault.Column}: {fault.Message}")));

    /// <returns>The definition; null when the text is none at all. It is fit for use when there are no <paramref name="faults"/>.</returns>
    public static PipelineDefinition? Check(string yaml, out IReadOnlyList<PipelineFault> faults)
    {
        try
        {
            var definition = Yaml.Deserialize<PipelineDefinition?>(yaml) ?? new PipelineDefinition();
            var places = new YamlPlaces(yaml);
            faults = [.. definition.Validate().Select(fault => (fault, Place: places.Of(fault.Path)))
                .Select(found => new PipelineFault((int)found.Place.Line, (int)found.Place.Column, found.fault.Path, found.fault.Message)).OrderBy(fault => (fault.Line, fault.Column))];
            return definition with { Yaml = yaml };
        }
        catch (YamlException exception)
        {
            faults = [new PipelineFault((int)exception.Start.Line, (int)exception.Start.Column, "", exception.InnerException?.Message ?? exception.Message)];
            return null;
        }
    }

    private static Dictionary<string, PipelineDefinition> Read(string folder)
    {
        var found = new Dictionary<string, PipelineDefinition>();
        foreach (var file in Files(folder))
        {
            var pipeline = Parse(file, File.ReadAllText(file));
            if (!found.TryAdd(pipeline.Name, pipeline))
                throw new InvalidDataException($"{file}: another file has a pipeline of the name '{pipeline.Name}' already.");
        }
        return found;
    }

    private static string StampOf(string folder) => string.Join('\n', Files(folder).Select(file => $"{file} {File.GetLastWriteTimeUtc(file).Ticks}"));

    private static IEnumerable<string> Files(string folder) => Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal);
}
