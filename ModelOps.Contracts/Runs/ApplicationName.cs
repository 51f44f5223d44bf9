namespace ModelOps.Contracts.Runs;

/// <summary>What a training makes. The trainer has a file for each in its folder <c>Applications</c>.</summary>
public static class ApplicationName
{
    public const string Recommend = "recommend";

    public const string TextEncoder = "text-encoder";

    public const string Campaigns = "campaigns";

    public const string Search = "search";

    public const string Assist = "assist";

    public const string Profiles = "profiles";

    public const string Pictures = "pictures";

    public static IReadOnlyList<string> All { get; } =
    [
        Recommend,
        TextEncoder,
        Campaigns,
        Search,
        Assist,
        Profiles,
        Pictures,
    ];
}
