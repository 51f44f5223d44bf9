using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using ModelOps.Audit;
using ModelOps.Contracts;
using ModelOps.Contracts.Access;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Registry.Access;

/// <summary><c>/v1/api-keys</c>: who may call for a store, as what.</summary>
internal static class ApiKeysApi
{
    private const int LongestName = 80;
    private const double MostDays = 3660, MostOverlapHours = 24 * 90, LeastPerSecond = 0.001, MostPerSecond = 100_000;
    private const int MostBurst = 1_000_000;

    public static void AddApiKeys(this IServiceCollection services)
    {
        services.AddScoped<ApiKeys>();
        services.AddScoped<KeyUsage>();
        services.AddHourly("Key usage", (provider, cancellationToken) => provider.GetRequiredService<KeyUsage>().ForgetAsync(cancellationToken));
        services.AddScoped<IKeySource, OwnKeySource>(); // in place of the one that asks the registry
        services.Configure<KeyFollowerOptions>(options => options.IsOn = true);
    }

    public static void MapApiKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/v1/api-keys").WithTags("API keys").Needs(AccessNeed.Administer);
        keys.MapGet("", ListAsync).WithSummary("The store's keys, those that have ended too, the newest first; never the keys themselves");
        keys.MapPost("", CreateAsync).WithSummary("Make a key; the answer shows it this once");
        keys.MapPost("/{id:guid}/rotate", RotateAsync).WithSummary("Make a new key in place of one, which works on for some hours, or of one that has expired");
        keys.MapPut("/{id:guid}/limits", LimitAsync).WithSummary("Set how much may be asked with a key: calls a second, at once, and in a day; an empty object takes the limits away");
        keys.MapDelete("/{id:guid}", RevokeAsync).WithSummary("End a key now");
        app.MapGet("/v1/api-keys/grants", GrantsAsync).WithTags("API keys").Needs(AccessNeed.Serve).WithSummary("For services: the keys of every store that work, by their SHA-256; with If-None-Match only when they changed");
        app.MapPost("/v1/api-keys/usage", (KeyUsageReport report, KeyUsage usage, CancellationToken cancellationToken) => usage.TakeAsync(report, cancellationToken))
            .WithTags("API keys").Needs(AccessNeed.Serve).NotAudited().WithSummary("For services: what each has answered today with which key; answers with what all have");
    }

    private static async Task<Ok<Page<ApiKey>>> ListAsync(StoreId store, RegistryDb database, KeyUsage usage, CancellationToken cancellationToken)
    {
        var rows = await database.ApiKeys.AsNoTracking().Where(row => row.Store == store.Value).OrderByDescending(row => row.Id).ToListAsync(cancellationToken);
        var calls = await usage.TodayAsync([.. rows.Select(row => row.Sha256)], cancellationToken);
        return TypedResults.Ok(new Page<ApiKey>([.. rows.Select(row => row.ToContract(calls.GetValueOrDefault(row.Sha256)))], null));
    }

    private static async Task<Results<Created<CreatedApiKey>, ProblemHttpResult>> CreateAsync(StoreId store, NewApiKey asked, ApiKeys keys, HttpContext context, CancellationToken cancellationToken)
    {
        if (Wrong(asked) is { } wrong)
            return Problems.Refuse("api-key-request", wrong, "The key cannot be made");
        var made = await keys.CreateAsync(store, asked, By(context), cancellationToken);
        return TypedResults.Created($"/v1/api-keys/{made.ApiKey.Id}", made);
    }

    private static async Task<Results<Created<CreatedApiKey>, ProblemHttpResult>> RotateAsync(
        StoreId store, Guid id, KeyRotation rotation, ApiKeys keys, HttpContext context, CancellationToken cancellationToken)
    {
        if (rotation.OverlapHours is not (>= 0 and <= MostOverlapHours))
            return Problems.Refuse("api-key-request", $"'overlapHours' is {rotation.OverlapHours}; give 0 to {MostOverlapHours}.", "The key cannot be replaced");
        if (WrongDays(rotation.Days) is { } wrong)
            return Problems.Refuse("api-key-request", wrong, "The key cannot be replaced");
        try
        {
            return await keys.RotateAsync(store, id, rotation, By(context), cancellationToken) is { } made
                ? TypedResults.Created($"/v1/api-keys/{made.ApiKey.Id}", made)
                : Problems.NotFound($"The store has no key {id}, or it was revoked. GET /v1/api-keys lists its keys; make a new one with POST.");
        }
        catch (KeyReplacedException)
        {
            return Problems.Conflict("key-replaced", $"Key {id} has been replaced already and works for its overlap at most. Replace its successor: GET /v1/api-keys lists it with \"replaces\".");
        }
    }

    private static async Task<Results<Ok<ApiKey>, ProblemHttpResult>> LimitAsync(StoreId store, Guid id, KeyLimits limits, ApiKeys keys, HttpContext context, CancellationToken cancellationToken)
    {
        if (WrongLimits(limits) is { } wrong)
            return Problems.Refuse("api-key-request", wrong, "The limits cannot be set");
        if (await keys.LimitAsync(store, id, limits, cancellationToken) is not { } changed)
            return Problems.NotFound($"The store has no key {id} that works. GET /v1/api-keys lists its keys.");
        context.Audit(changed.Before, changed.Key.Limits);
        return TypedResults.Ok(changed.Key);
    }

    private static async Task<Results<Ok<ApiKey>, ProblemHttpResult>> RevokeAsync(StoreId store, Guid id, ApiKeys keys, HttpContext context, CancellationToken cancellationToken) =>
        await keys.RevokeAsync(store, id, By(context), cancellationToken) is { } ended ? TypedResults.Ok(ended) : Problems.NotFound($"The store has no key {id}. GET /v1/api-keys lists its keys.");

    private static async Task<Results<Ok<IReadOnlyList<KeyGrant>>, StatusCodeHttpResult>> GrantsAsync(ApiKeys keys, HttpContext context, CancellationToken cancellationToken)
    {
        var grants = await keys.GrantsAsync(cancellationToken);
        var tag = OwnKeySource.TagOf(grants);
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Tag == tag))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        context.Response.GetTypedHeaders().ETag = new EntityTagHeaderValue(tag);
        return TypedResults.Ok(grants);
    }

    private static string? Wrong(NewApiKey asked)
    {
        if (string.IsNullOrWhiteSpace(asked.Name) || asked.Name.Length > LongestName)
            return $"'name' says whose key it is, in 1 to {LongestName} characters.";
        if (!RoleName.OfKeys.Contains(asked.Role))
            return $"'role' is '{asked.Role}'; it is one of {string.Join(", ", RoleName.OfKeys)}.";
        if (asked.Origins is { Count: > 0 } origins && (asked.Role != RoleName.Publishable || PublishableKey.WrongOrigin(origins) is not null))
            return asked.Role != RoleName.Publishable
                ? $"'origins' are for publishable keys; a {asked.Role}'s key is secret and does not belong in a page."
                : $"'{PublishableKey.WrongOrigin(origins)}' is no origin. Write scheme and host without a path, as https://www.shop.example.";
        return WrongDays(asked.Days) ?? WrongLimits(asked.Limits);
    }

    private static string? WrongLimits(KeyLimits? limits) => limits switch
    {
        null => null,
        { PerSecond: not (null or >= LeastPerSecond and <= MostPerSecond) } => $"'perSecond' is {limits.PerSecond}; give {LeastPerSecond} to {MostPerSecond}, or leave it out for no limit. For fewer calls use 'perDay'.",
        { Burst: not (null or >= 1 and <= MostBurst) } => $"'burst' is {limits.Burst}; give 1 to {MostBurst}, or leave it out for as many as a second's.",
        { Burst: { } burst, PerSecond: { } perSecond } when burst < perSecond / 10 => $"'burst' is {burst}, too few for 'perSecond' {perSecond}: the rate would never be reached. Give at least {Math.Ceiling(perSecond / 10)}, or leave it out for as many as a second's.",
        { Burst: not null, PerSecond: null } => "'burst' is how many calls may come at once beyond 'perSecond': give that too.",
        { PerDay: not (null or >= 1) } => $"'perDay' is {limits.PerDay}; give 1 or more, or leave it out for no limit.",
        _ => null,
    };

    private static string? WrongDays(double? days) => days is null or > 0 and <= MostDays ? null : $"'days' is {days}; give more than 0 and at most {MostDays}, or leave it out for a key without an end.";

    private static string By(HttpContext context) => context.User.Identity?.Name ?? StoreAccess.KeyHolder;
}

/// <summary>The registry's own keys come from its database.</summary>
internal sealed class OwnKeySource(ApiKeys keys, KeyUsage usage) : IKeySource
{
    public async Task<(IReadOnlyList<KeyGrant> Keys, string Tag)?> ReadAsync(string? tag, CancellationToken cancellationToken)
    {
        var grants = await keys.GrantsAsync(cancellationToken);
        var now = TagOf(grants);
        return now == tag ? null : (grants, now);
    }

    public Task<IReadOnlyDictionary<string, long>> ReportAsync(KeyUsageReport report, CancellationToken cancellationToken) => usage.TakeAsync(report, cancellationToken);

    public static string TagOf(IReadOnlyList<KeyGrant> grants) => $"\"{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(grants, JsonSerializerOptions.Web)))}\"";
}
