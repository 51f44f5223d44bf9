using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ModelOps.Contracts.Access;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>Where a service without the registry's database hears of keys.</summary>
public interface IKeySource
{
    /// <param name="tag">Of what the caller has.</param>
    /// <returns>Null where nothing has changed since.</returns>
    Task<(IReadOnlyList<KeyGrant> Keys, string Tag)?> ReadAsync(string? tag, CancellationToken cancellationToken);

    /// <summary>Tells what was answered here, and hears what all have answered together.</summary>
    Task<IReadOnlyDictionary<string, long>> ReportAsync(KeyUsageReport report, CancellationToken cancellationToken);
}

/// <summary>Everybody else's: the registry, over HTTP.</summary>
internal sealed class RegistryKeySource(KeyGrantsClient client) : IKeySource
{
    public Task<(IReadOnlyList<KeyGrant> Keys, string Tag)?> ReadAsync(string? tag, CancellationToken cancellationToken) => client.FollowAsync(tag, cancellationToken);

    public Task<IReadOnlyDictionary<string, long>> ReportAsync(KeyUsageReport report, CancellationToken cancellationToken) => client.ReportAsync(report, cancellationToken);
}

public sealed class KeyFollowerOptions
{
    /// <summary>A file of hashes that a restart without the registry begins with; none is kept where this is null.</summary>
    public string? KeptIn { get; set; }

    /// <summary>False where there is no registry to ask.</summary>
    public bool IsOn { get; set; } = true;
}

/// <summary>
/// Asks for the keys every two seconds: within as long a new one works everywhere and a revoked one nowhere. While the registry is away what
/// was known goes on, each key until it expires.
/// </summary>
internal sealed class KeyFollower(KeyRing ring, KeyQuotas quotas, IServiceScopeFactory scopes, IOptions<KeyFollowerOptions> options, ILogger<KeyFollower> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private string? tag;
    private bool isAway;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.IsOn)
            return;
        await RecallAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await AskAsync(stoppingToken);
            await Task.Delay(Interval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var source = scope.ServiceProvider.GetRequiredService<IKeySource>();
            if (await source.ReadAsync(tag, cancellationToken) is { } read)
            {
                ring.Follow(read.Keys);
                tag = read.Tag;
                await KeepAsync(read.Keys);
            }
            if (quotas.Report() is { } report)
                quotas.Told(report, await source.ReportAsync(report, cancellationToken));
            isAway = false;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (!isAway)
                logger.LogInformation("New and revoked API keys are not heard of for now ({Reason})", exception.GetBaseException().Message);
            isAway = true;
        }
    }

    /// <summary>Under another name first: a crash leaves the old file.</summary>
    private async Task KeepAsync(IReadOnlyList<KeyGrant> keys)
    {
        if (options.Value.KeptIn is not { } path)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var arriving = $"{path}.{Environment.ProcessId}";
        await File.WriteAllTextAsync(arriving, JsonSerializer.Serialize(keys, JsonSerializerOptions.Web));
        File.Move(arriving, path, overwrite: true);
    }

    private async Task RecallAsync(CancellationToken cancellationToken)
    {
        if (options.Value.KeptIn is not { } path || !File.Exists(path))
            return;
        try
        {
            ring.Follow(JsonSerializer.Deserialize<List<KeyGrant>>(await File.ReadAllTextAsync(path, cancellationToken), JsonSerializerOptions.Web) ?? []);
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            logger.LogWarning("{Path} cannot be read ({Reason}); waiting for the registry's keys", path, exception.Message);
        }
    }
}
