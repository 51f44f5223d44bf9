using System.Security.Cryptography;
using System.Text;

namespace ModelOps.Contracts.Privacy;

/// <summary>What a person can refuse, each by itself.</summary>
public static class ConsentPurpose
{
    /// <summary>Answers of the recommender by the person's own history.</summary>
    public const string Recommendations = "recommendations";

    /// <summary>Being contacted, and being in lists of whom to contact.</summary>
    public const string Campaigns = "campaigns";

    /// <summary>Interests, segments and scores of the person.</summary>
    public const string Profiling = "profiling";

    public static IReadOnlyList<string> All { get; } = [Recommendations, Campaigns, Profiling];
}

/// <summary>What a person has said about a purpose.</summary>
/// <param name="By">Who wrote it down.</param>
public sealed record Consent(string Purpose, bool Granted, DateTimeOffset Time, string? By);

/// <summary>Sets what is named and leaves the rest.</summary>
/// <param name="Purposes">By <see cref="ConsentPurpose"/>: true grants, false refuses.</param>
public sealed record ConsentChange(IReadOnlyDictionary<string, bool>? Purposes);

/// <summary>A person where consents are kept: a hash of the store and the id, so that they name nobody by themselves.</summary>
public static class ConsentSubject
{
    public static string Of(StoreId store, string user) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{store.Value}\n{user}")));
}
