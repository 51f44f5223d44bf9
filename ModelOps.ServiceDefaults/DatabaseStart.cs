using System.Data.Common;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ModelOps.ServiceDefaults;

/// <summary>Brings a service's database up to date before the service answers.</summary>
public static class DatabaseStart
{
    /// <summary>For what time alone does not mend, such as a database that its server does not have yet.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>A server that is there has answered by then; after it, the service says that it waits.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    /// <summary>A job before the services of a new release start: <c>--Migrate=only</c> ends the process when the database is up to date.</summary>
    private const string Setting = "Migrate", Only = "only";

    /// <summary>Applies the migrations, then <paramref name="prepare"/>. Waits for a server that is only starting; replicas take turns.</summary>
    public static async Task MigrateAsync<TContext>(this WebApplication app, Func<IServiceProvider, Task>? prepare = null) where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(app);
        await app.PrepareDatabaseAsync(async services =>
        {
            await services.GetRequiredService<TContext>().Database.MigrateAsync();
            if (prepare is not null)
                await prepare(services);
        });
        if (app.Configuration[Setting] == Only)
            Environment.Exit(0); // nothing of the service has started yet that would have to be ended
    }

    /// <summary>Runs <paramref name="prepare"/> until it succeeds. Meanwhile <c>/alive</c> answers, and <c>/health</c> says what is missing.</summary>
    public static async Task PrepareDatabaseAsync(this WebApplication app, Func<IServiceProvider, Task> prepare)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(prepare);
        var preparing = RetryAsync(app, prepare);
        if (await Task.WhenAny(preparing, Task.Delay(Silence)) != preparing)
        {
            await using var room = await WaitingRoom.OpenAsync(app);
            await preparing;
        }
        await preparing;
    }

    private static async Task RetryAsync(WebApplication app, Func<IServiceProvider, Task> prepare)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("ModelOps.Database");
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await using var scope = app.Services.CreateAsyncScope();
                await prepare(scope.ServiceProvider);
                return;
            }
            catch (Exception exception) when (IsAway(exception) || (IsDatabase(exception) && TimeProvider.System.GetElapsedTime(started) < Patience))
            {
                logger.LogWarning("The database is not ready ({Reason}); trying again", exception.GetBaseException().Message);
                await Task.Delay(1000);
            }
        }
    }

    /// <summary>Nobody answers: that passes, however long it takes.</summary>
    private static bool IsAway(Exception exception) => exception is DbException { IsTransient: true } or SocketException or TimeoutException
        || exception.InnerException is { } inner && IsAway(inner);

    private static bool IsDatabase(Exception exception) => exception is DbException || exception.InnerException is { } inner && IsDatabase(inner);
}
