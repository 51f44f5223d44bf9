namespace ModelOps.Faults;

/// <summary>What can be struck, and who calls whom, as AppHost.cs draws it. Each service runs twice.</summary>
internal static class Parts
{
    /// <summary>The shop's own programs, which send events and move aliases.</summary>
    public const string Shop = "shop";

    public const string Inference = "inference";

    public static IReadOnlyList<string> Stores { get; } = ["postgres", "cache", "storage"];

    private static readonly IReadOnlyList<(string Service, string[] Calls)> Services =
    [
        ("registry", ["postgres", "storage"]),
        ("data-prep", ["postgres", "storage", "registry", "monitor"]),
        ("trainer", ["postgres", "storage", "data-prep", "registry"]),
        (Inference, ["postgres", "cache", "registry"]),
        ("monitor", ["postgres", "data-prep", "registry", "pipeline"]),
        ("pipeline", ["postgres", "storage", "data-prep", "trainer", "registry", Inference, "monitor"]),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. Services.Select(one => one.Service)];

    public static IReadOnlyList<string> Replicas { get; } = [.. Services.SelectMany(one => new[] { one.Service, Second(one.Service) })];

    /// <summary>Those with a disk of their own for what they work on.</summary>
    public static IReadOnlyList<string> WithDisk { get; } = ["registry", "registry-2", "data-prep", "data-prep-2"];

    public static IReadOnlyList<(string From, string To)> Links { get; } =
    [
        .. Services.SelectMany(one => one.Calls.SelectMany(called => new[] { (one.Service, called), (Second(one.Service), called) })),
        (Shop, Inference), (Shop, "registry"), (Shop, "pipeline"),
    ];

    /// <summary>The resource that a replica belongs to.</summary>
    public static string ResourceOf(string part) => part.EndsWith("-2", StringComparison.Ordinal) ? part[..^2] : part;

    private static string Second(string service) => $"{service}-2";
}
