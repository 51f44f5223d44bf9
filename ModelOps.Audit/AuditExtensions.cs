using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Audit;
using ModelOps.ServiceDefaults;
using Npgsql;

namespace ModelOps.Audit;

/// <summary>Who changed what, and when: written by each service in its own database, read at <c>/v1/audit</c>.</summary>
public static class AuditExtensions
{
    private const int MostEntries = 500;

    /// <param name="database">The connection whose data source the service has already, by its own name or as its only one.</param>
    public static IServiceCollection AddAudit(this IServiceCollection services, string database) => services.AddSingleton(provider =>
        new AuditLog(provider.GetKeyedService<NpgsqlDataSource>(database) ?? provider.GetRequiredService<NpgsqlDataSource>()));

    /// <summary>Between authentication, which says who calls, and authorization, whose refusals are written down too.</summary>
    public static void UseAudit(IApplicationBuilder app) => app.UseMiddleware<AuditMiddleware>();

    public static void MapAudit(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/audit", ListAsync).WithTags("Audit").WithSummary("Calls that changed something, or were meant to, the newest first");

    /// <summary>Says what held before an action and what holds since; both become JSON.</summary>
    public static void Audit(this HttpContext context, object? before, object? after)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Features.Set(new AuditEvidence(JsonSerializer.Serialize(before, JsonSerializerOptions.Web), JsonSerializer.Serialize(after, JsonSerializerOptions.Web)));
    }

    /// <summary>For parts of something larger, which is written down itself.</summary>
    public static TBuilder NotAudited<TBuilder>(this TBuilder endpoints) where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(new NotAudited());

    /// <summary>For calls about a person: that they happened is written down, not about whom.</summary>
    public static TBuilder PersonalInAudit<TBuilder>(this TBuilder endpoints) where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(new PersonalInAudit());

    private static async Task<Results<Ok<Page<AuditEntry>>, ProblemHttpResult>> ListAsync(
        StoreId store, AuditLog log, CancellationToken cancellationToken, string? by = null, DateTimeOffset? from = null, DateTimeOffset? to = null, string? after = null, int limit = Page<AuditEntry>.DefaultLimit)
    {
        Guid? last = null;
        if (after is not null)
        {
            if (!Guid.TryParse(after, out var parsed))
                return Problems.Refuse("audit", $"'after' is '{after}'; it takes the 'next' of the page before.");
            last = parsed;
        }
        limit = Math.Clamp(limit, 1, MostEntries);
        var rows = await log.ListAsync(store, by, from?.ToUniversalTime(), to?.ToUniversalTime(), last, limit + 1, cancellationToken);
        return TypedResults.Ok(Page<AuditEntry>.Of([.. rows], limit, entry => entry.Id.ToString()));
    }
}

internal sealed record AuditEvidence(string Before, string After);

internal sealed record NotAudited;

internal sealed record PersonalInAudit;
