using System.Text.Json;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Versions;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Deployments;

/// <summary>
/// Follows the registry's aliases and rollouts by long poll. What it saw last is kept on disk, so a restart without the registry serves
/// what was served before.
/// </summary>
internal sealed class DeploymentFollower(IServiceScopeFactory scopes, Router router, PackageOptions options, ILogger<DeploymentFollower> logger) : BackgroundService
{
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim turn = new(1);
    private long revision = -1;
    private long lastAsked;

    private string StatePath => Path.Combine(options.Folder, "deployments.json");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await RecallAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await FollowAsync(LongPoll, stoppingToken))
                    await Task.Delay(Pause, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                logger.LogWarning("The registry is not reachable ({Reason}); serving what is loaded", exception.Message);
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
    }

    /// <summary>Asks the registry now, within the caller's trace; at most once a second for all callers. What it finds is loaded also when the caller's deadline comes first.</summary>
    public async Task AskNowAsync(CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetTimestamp();
        var last = Interlocked.Read(ref lastAsked);
        if (TimeProvider.System.GetElapsedTime(last, now) < Pause || Interlocked.CompareExchange(ref lastAsked, now, last) != last)
            return;
        try
        {
            await FollowAsync(TimeSpan.Zero, CancellationToken.None).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The caller is told what is known until now.
        }
        catch (Exception exception) when (exception is HttpRequestException or Contracts.Clients.ServiceException or TimeoutException)
        {
            logger.LogWarning("The registry is not reachable ({Reason})", exception.Message);
        }
    }

    private async Task<bool> FollowAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var state = await scope.ServiceProvider.GetRequiredService<RegistryClient>().GetDeploymentsAsync(wait == TimeSpan.Zero ? -1 : revision, wait, cancellationToken);
        if (state.Revision == revision)
            return true;
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (!await router.FollowAsync(state, cancellationToken))
                return false;
            revision = state.Revision;
            await RememberAsync(state);
            return true;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Also while stopping: the next start may have to do without the registry.</summary>
    private async Task RememberAsync(DeploymentState state)
    {
        var arriving = $"{StatePath}.{Environment.ProcessId}";
        await File.WriteAllTextAsync(arriving, JsonSerializer.Serialize(state, JsonSerializerOptions.Web));
        File.Move(arriving, StatePath, overwrite: true);
    }

    private async Task RecallAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(StatePath))
            return;
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (revision != -1)
                return; // a call has asked the registry meanwhile
            var state = JsonSerializer.Deserialize<DeploymentState>(await File.ReadAllTextAsync(StatePath, cancellationToken), JsonSerializerOptions.Web)!;
            // Only what is on disk: the registry is asked next, and it knows better.
            await router.FollowAsync(state with
            {
                Deployments = [.. state.Deployments.Where(IsLocal)],
                Splits = [.. (state.Splits ?? []).Where(split => split.Arms.All(arm => IsLocal(arm.Package)))],
            }, cancellationToken);
        }
        catch (JsonException exception)
        {
            logger.LogWarning("{Path} cannot be read ({Reason}); waiting for the registry", StatePath, exception.Message);
        }
        finally
        {
            turn.Release();
        }
    }

    private bool IsLocal(Deployment deployment) => Directory.Exists(Path.Combine(options.Folder, deployment.ManifestSha256));

    public override void Dispose()
    {
        turn.Dispose();
        base.Dispose();
    }
}

internal static class DeploymentsExtensions
{
    public static IServiceCollection AddDeployments(this IServiceCollection services) => services
        .AddSingleton<Router>()
        .AddSingleton<DeploymentFollower>()
        .AddHostedService(provider => provider.GetRequiredService<DeploymentFollower>())
        .AddSingleton<ShadowRunner>()
        .AddHostedService(provider => provider.GetRequiredService<ShadowRunner>());
}
