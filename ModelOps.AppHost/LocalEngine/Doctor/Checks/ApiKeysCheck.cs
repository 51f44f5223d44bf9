using ModelOps.AppHost.LocalEngine.Commands;
using Npgsql;

namespace ModelOps.AppHost.LocalEngine.Doctor.Checks;

/// <summary>Keys that end soon and have no successor: whoever uses one is refused from then on.</summary>
internal sealed class ApiKeysCheck : ICheck
{
    private const int SoonDays = 14;

    public string Name => "API keys";

    public async Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken)
    {
        if (await RegistryTable.OpenAsync(installation, "api_keys", cancellationToken) is not { } registry)
            return [Finding.Skipped(Name, "the registry's database is not there yet")];
        await using var source = registry;
        await using var command = source.CreateCommand("""
            SELECT name, store, expires_at FROM api_keys old
            WHERE revoked_at IS NULL AND expires_at > now() AND expires_at < now() + make_interval(days => $1)
              AND NOT EXISTS (SELECT 1 FROM api_keys WHERE replaces = old.id AND revoked_at IS NULL)
            ORDER BY expires_at
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = SoonDays });
        var ending = new List<Finding>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            ending.Add(Finding.Warning($"API key {reader.GetString(0)}", $"of store {reader.GetString(1)} ends on {reader.GetDateTime(2):yyyy-MM-dd HH:mm} UTC", "Replace it on the dashboard's page Settings, or with POST /v1/api-keys/ID/rotate; the old one works on for the overlap."));
        return ending.Count > 0 ? ending : [Finding.Fine(Name, $"none ends within {SoonDays} days")];
    }
}
