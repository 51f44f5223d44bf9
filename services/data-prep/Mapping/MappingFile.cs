using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace ModelOps.DataPrep.Mapping;

/// <summary>
/// The mapping that comes with an upload, for files whose columns are not recognised:
/// <code>
/// events:
///   columns: { user_id: Kunde, item_id: Artikel, time: Datum }
///   event: purchase        # when no column says what happened
///   encoding: windows-1251 # when it is not one of those that are found out
/// products:
///   columns: { item_id: Nr, title: Bezeichnung }
/// campaigns:
///   values: { campaign: spring }   # the same for every row
/// </code>
/// </summary>
internal sealed record MappingFile
{
    public SourceMapping? Events { get; init; }
    public SourceMapping? Products { get; init; }
    public SourceMapping? Users { get; init; }
    public SourceMapping? Campaigns { get; init; }
    public SourceMapping? Judgements { get; init; }
    public SourceMapping? Messages { get; init; }
    public SourceMapping? Faq { get; init; }

    public SourceMapping? For(SourceKind kind) => kind switch
    {
        SourceKind.Events => Events,
        SourceKind.Products => Products,
        SourceKind.Users => Users,
        SourceKind.Campaigns => Campaigns,
        SourceKind.Judgements => Judgements,
        SourceKind.Messages => Messages,
        SourceKind.Faq => Faq,
        _ => null, // pictures are laid out here
    };

    public static MappingFile Parse(string yaml)
    {
        try
        {
            return new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build().Deserialize<MappingFile>(yaml) ?? new MappingFile();
        }
        catch (YamlException exception)
        {
            throw new MappingException($"The mapping is not valid YAML at line {exception.Start.Line}, column {exception.Start.Column}: {exception.InnerException?.Message ?? exception.Message}");
        }
    }
}

internal sealed record SourceMapping
{
    public Dictionary<string, string> Columns { get; init; } = [];

    /// <summary>Values that hold for every row, by field.</summary>
    public Dictionary<string, string> Values { get; init; } = [];

    /// <summary>The files' encoding by its IANA name, where it is not found out.</summary>
    public string? Encoding { get; init; }

    /// <summary>How times are written where it is not ISO 8601 or an epoch, in strptime's letters: <c>%d.%m.%Y %H:%M</c>. A time that is not written so is read as without it.</summary>
    public string? TimeFormat { get; init; }

    /// <summary>What happened, where no column says it: one of GA4's names.</summary>
    public string? Event { get; init; }
}
