using System.Text.Json;

namespace ModelOps.Contracts.Privacy;

/// <summary>Rows of a dataset's latest version, by file.</summary>
/// <param name="Rows">As the version has them: what is personal in them is hidden there too.</param>
public sealed record PersonRows(string Dataset, int Version, string File, IReadOnlyList<JsonElement> Rows);

/// <summary>What the platform keeps of a person.</summary>
/// <param name="Events">Of the event log; also what the same visits did before signing in.</param>
/// <param name="Impressions">What the person was shown.</param>
/// <param name="NotHere">What else is derived from these, and where.</param>
public sealed record PersonDocument(
    string User, string Store, DateTimeOffset MadeAt, IReadOnlyList<Consent> Consents, IReadOnlyList<JsonElement> Events, IReadOnlyList<JsonElement> Impressions, IReadOnlyList<PersonRows> Datasets,
    IReadOnlyList<string> NotHere);
