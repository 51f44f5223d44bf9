using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using ModelOps.Contracts.Access;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>Refuses what a key asks beyond its limits, before anything is done for it: 429 with <c>Retry-After</c>.</summary>
internal sealed class KeyLimitsMiddleware(RequestDelegate next, KeyRates rates, KeyQuotas quotas)
{
    private static readonly Meter Meter = new("ModelOps.Access");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("modelops.access.limited", description: "Calls refused because their key's limit was reached, by limit");

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<KeyGrant>() is not { } key)
            return next(context);
        if (rates.Refuse(key) is { } soon)
            return RefuseAsync(context, "rate-limit", soon, $"The key '{key.Name}' may make {key.Limits!.PerSecond} calls a second to this service");
        if (quotas.Refuse(key) is { } tomorrow)
            return RefuseAsync(context, "quota", tomorrow, $"The key '{key.Name}' has made its {key.Limits!.PerDay} calls of this day (UTC)");
        return next(context);
    }

    private static Task RefuseAsync(HttpContext context, string limit, TimeSpan after, string cause)
    {
        Refused.Add(1, new KeyValuePair<string, object?>("limit", limit));
        var seconds = Math.Max(1, (long)Math.Ceiling(after.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Problems.Of(StatusCodes.Status429TooManyRequests, limit, "The key's limit is reached", $"{cause}. Try again in {seconds} s; an administrator changes the limit: PUT /v1/api-keys/ID/limits at the registry.").ExecuteAsync(context);
    }
}
