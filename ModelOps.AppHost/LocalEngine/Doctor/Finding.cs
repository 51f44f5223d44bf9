using System.Text.Json.Serialization;

namespace ModelOps.AppHost.LocalEngine.Doctor;

[JsonConverter(typeof(JsonStringEnumConverter<FindingKind>))]
internal enum FindingKind
{
    Fine,

    /// <summary>Not looked at; the detail says why.</summary>
    Skipped,

    /// <summary>It works, and will not for ever.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Broken,
}

/// <param name="Remedy">What to do; there is one wherever something is wrong.</param>
internal sealed record Finding(FindingKind Kind, string Subject, string Detail, string? Remedy = null)
{
    public static Finding Fine(string subject, string detail) => new(FindingKind.Fine, subject, detail);

    public static Finding Skipped(string subject, string detail) => new(FindingKind.Skipped, subject, detail);

    public static Finding Warning(string subject, string detail, string remedy) => new(FindingKind.Warning, subject, detail, remedy);

    public static Finding Broken(string subject, string detail, string remedy) => new(FindingKind.Broken, subject, detail, remedy);
}
