using System.Globalization;
using System.Text.RegularExpressions;

namespace ModelOps.Trainer.DataParallel;

/// <summary>How mpirun is told to start a run's processes, and what it says of one that was lost.</summary>
/// <param name="Workers">Processes that train together.</param>
/// <param name="Hosts">Machines beside this one, on which the first always runs; they share the others by turns.</param>
internal sealed partial record Launch(int Workers, IReadOnlyList<string> Hosts)
{
    // Under its own name: mpirun is a link that only an installed package makes.
    private static readonly string[] Names = ["mpirun.openmpi", "mpirun"];

    /// <summary>Null where Open MPI is not installed.</summary>
    public static string? Program() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <summary>Everything before the program that each process runs.</summary>
    /// <param name="passed">Names of variables that hosts elsewhere are to have too.</param>
    public IEnumerable<string> Arguments(IEnumerable<string> passed)
    {
        // More processes than cores are allowed, none is bound to one: libtorch has threads of its own. Whoever waits lets others work.
        string[] fixedArguments = ["--oversubscribe", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1", "--mca", "btl_vader_single_copy_mechanism", "none"];
        return
        [
            "-np", Workers.ToString(CultureInfo.InvariantCulture), .. fixedArguments,
            .. Hosts.Count == 0 ? [] : new[] { "--map-by", "node", "--host", string.Join(',', Hosts.Prepend("localhost").Take(Workers).Select((host, at) => $"{host}:{SlotsOf(at)}")) },
            .. passed.SelectMany(name => new[] { "-x", name }),
        ];
    }

    /// <summary>What mpirun itself needs to know of this machine.</summary>
    public static void Prepare(IDictionary<string, string?> environment)
    {
        // It refuses root, which is who everybody is in a container, unless told twice.
        environment["OMPI_ALLOW_RUN_AS_ROOT"] = environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        // Unpacked elsewhere than it was built for, it has to be told where.
        if (Program() is { } program && Path.GetDirectoryName(Path.GetDirectoryName(program)) is { } prefix && prefix != "/usr" && File.Exists(Path.Combine(prefix, "bin", "orted")))
            environment["OPAL_PREFIX"] = prefix;
    }

    /// <summary>Those that remain, after mpirun said <paramref name="errors"/>.</summary>
    public Launch Remaining(string errors)
    {
        var lost = LostHost(errors);
        return new Launch(Workers - 1, [.. Hosts.Where(host => host != lost)]);
    }

    /// <summary>The name that mpirun gives: a process's end on a host, or a host it has lost touch with.</summary>
    private string? LostHost(string errors)
    {
        var named = Ended().Match(errors) is { Success: true } ended ? ended.Groups["host"].Value : Unreachable().Match(errors) is { Success: true } gone ? gone.Groups["host"].Value : null;
        return Hosts.FirstOrDefault(host => host == named || host.Split('.')[0] == named);
    }

    private int SlotsOf(int host) => Workers / (Hosts.Count + 1) + (host < Workers % (Hosts.Count + 1) ? 1 : 0);

    [GeneratedRegex(@"rank \d+ with PID \d+ on node (?<host>\S+) exited")]
    private static partial Regex Ended();

    [GeneratedRegex(@"Remote daemon:.*? on node (?<host>[^\s,]+)", RegexOptions.Singleline)]
    private static partial Regex Unreachable();
}
