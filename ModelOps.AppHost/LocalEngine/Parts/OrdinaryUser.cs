using Aspire.Hosting;
using ModelOps.AppHost.LocalEngine.Packages;

namespace ModelOps.AppHost.LocalEngine.Parts;

/// <summary>PostgreSQL refuses to run as root. What to put before its command so that it sees an ordinary user.</summary>
internal static class OrdinaryUser
{
    // In a user namespace the process sees itself as user 1000 while its files stay root's.
    private static readonly string[] Namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"];
    private static readonly string[] Nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];

    public static async Task<IReadOnlyList<string>> PrefixAsync(string postgres, string folder, CancellationToken cancellationToken)
    {
        if (Environment.UserName != "root" && !Environment.IsPrivilegedProcess)
            return [];
        if (await WorksAsync(Namespace, postgres, cancellationToken))
            return Namespace;
        if (await WorksAsync(Nobody, postgres, cancellationToken) && await GiveAwayAsync(folder, cancellationToken))
            return Nobody;
        throw new DistributedApplicationException(
            "PostgreSQL does not run as root, and neither a user namespace (unshare --user) nor another user (setpriv) is allowed here. Run the AppHost as an ordinary user, or allow user namespaces: sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000");
    }

    private static async Task<bool> WorksAsync(string[] prefix, string postgres, CancellationToken cancellationToken) =>
        (await Command.RunAsync(prefix[0], [.. prefix[1..], postgres, "--version"], "/", null, cancellationToken)).ExitCode == 0;

    private static async Task<bool> GiveAwayAsync(string folder, CancellationToken cancellationToken) =>
        (await Command.RunAsync("chown", ["-R", "65534:65534", folder], "/", null, cancellationToken)).ExitCode == 0
        && (await Command.RunAsync(Nobody[0], [.. Nobody[1..], "test", "-w", folder], "/", null, cancellationToken)).ExitCode == 0;
}
