using ModelOps.DataPrep.Mapping;

namespace ModelOps.DataPrep.Datasets;

/// <summary>Another mapping for files that a dataset has: those of the kinds that it names.</summary>
/// <param name="Files">Their names, where it is not for all of them.</param>
internal sealed record Remapping(string Mapping, IReadOnlyList<string>? Files)
{
    /// <exception cref="MappingException">It is no mapping, or there is no such file.</exception>
    public void Check(IReadOnlyList<Source> sources)
    {
        var mapping = MappingFile.Parse(Mapping);
        if (Files?.Except(sources.Select(source => source.FileName)).FirstOrDefault() is { } stranger)
            throw new MappingException($"The dataset has no file '{stranger}'. It has: {string.Join(", ", sources.Select(source => source.FileName).Distinct().Order(StringComparer.Ordinal))}.");
        if (sources.Count == 0)
            throw new MappingException("The dataset has no files that a mapping could be for.");
        if (!sources.Any(source => IsFor(mapping, source)))
            throw new MappingException($"The mapping names no table that a file is of. The files are: {string.Join(", ", sources.Select(source => TableSchema.Of(source.Kind).Part).Distinct())}; write for example '{TableSchema.Of(sources[0].Kind).Part}: {{ columns: … }}'.");
    }

    public void Apply(IEnumerable<Source> sources)
    {
        var mapping = MappingFile.Parse(Mapping);
        foreach (var source in sources.Where(source => IsFor(mapping, source)))
            source.Mapping = Mapping;
    }

    private bool IsFor(MappingFile mapping, Source source) => mapping.For(source.Kind) is not null && Files?.Contains(source.FileName) != false;
}
