using ModelOps.AppHost.LocalEngine.Commands;
using Npgsql;

namespace ModelOps.AppHost.LocalEngine.Doctor.Checks;

/// <summary>Leases have their time from PostgreSQL, keys and events from the services: their clocks have to agree.</summary>
internal sealed class ClockCheck : ICheck
{
    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(2), TooMuch = TimeSpan.FromSeconds(60);

    public string Name => "clock";

    public async Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken)
    {
        if (installation.Databases is not [var database, ..] || await installation.ConnectionStringAsync(database, cancellationToken) is not { } connectionString)
            return [Finding.Skipped(Name, "the application does not run")];
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("SELECT clock_timestamp()");
        var before = DateTime.UtcNow;
        var there = (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
        return [Of(there - (before + ((DateTime.UtcNow - before) / 2)))];
    }

    internal static Finding Of(TimeSpan skew) =>
        skew.Duration() < Noticeable ? Finding.Fine("clock", "agrees with PostgreSQL's")
        : skew.Duration() < TooMuch ? Finding.Warning("clock", $"PostgreSQL's is {skew.TotalSeconds:+0.0;-0.0} s off this machine's", "Synchronise both clocks: systemctl enable --now systemd-timesyncd.")
        : Finding.Broken("clock", $"PostgreSQL's is {skew.TotalSeconds:+0;-0} s off this machine's; leases and keys end at the wrong time", "Synchronise both clocks: systemctl enable --now systemd-timesyncd.");
}
