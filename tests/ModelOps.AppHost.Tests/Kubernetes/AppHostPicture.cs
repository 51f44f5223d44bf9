using System.Text.RegularExpressions;

namespace ModelOps.AppHost.Tests.Kubernetes;

/// <summary>What AppHost.cs draws: each service with the services that it calls and the stores that it opens, read from the file itself.</summary>
internal sealed partial class AppHostPicture
{
    private readonly Dictionary<string, string> names = [];
    private readonly Dictionary<string, HashSet<string>> references = [];
    private readonly HashSet<string> services = [];

    public AppHostPicture()
    {
        foreach (var statement in File.ReadAllText(Path.Combine(Repository.Root, "ModelOps.AppHost", "AppHost.cs")).Split(';'))
        {
            var declared = Declared().Match(statement);
            if (declared.Success)
            {
                names[declared.Groups["variable"].Value] = declared.Groups["name"].Value;
                if (declared.Groups["kind"].Value == "Project")
                    services.Add(declared.Groups["name"].Value);
            }
            var owner = declared.Success ? declared.Groups["variable"].Value : Called().Match(statement).Groups["variable"].Value;
            if (Referenced().Matches(statement) is { Count: > 0 } found && owner.Length > 0)
                references[owner] = [.. references.GetValueOrDefault(owner, []), .. found.Select(match => match.Groups[1].Value)];
        }
    }

    public IReadOnlyCollection<string> Services => services;

    /// <summary>Services that it calls.</summary>
    public IEnumerable<string> CalledBy(string service) => Of(service).Where(services.Contains).Order(StringComparer.Ordinal);

    /// <summary>Databases, containers and the cache that it opens.</summary>
    public IEnumerable<string> OpenedBy(string service) => Of(service).Where(name => !services.Contains(name)).Order(StringComparer.Ordinal);

    private IEnumerable<string> Of(string service) => references.GetValueOrDefault(names.Single(pair => pair.Value == service).Key, []).Select(variable => names[variable]);

    [GeneratedRegex(@"var (?<variable>\w+) = .*?Add(?<kind>Project|Database|BlobContainer|Redis)(?:<[\w.]+>)?\(""(?<name>[\w-]+)""", RegexOptions.Singleline)]
    private static partial Regex Declared();

    [GeneratedRegex(@"^\s*(?<variable>\w+)\.WithReference")]
    private static partial Regex Called();

    [GeneratedRegex(@"\.WithReference\((\w+)\)")]
    private static partial Regex Referenced();
}

internal static class Repository
{
    public static string Root { get; } = Above(AppContext.BaseDirectory);

    private static string Above(string folder) => File.Exists(Path.Combine(folder, "ModelOps.Aspire.sln")) ? folder : Above(Path.GetDirectoryName(folder)!);
}
