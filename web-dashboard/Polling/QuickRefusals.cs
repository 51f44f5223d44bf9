using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace ModelOps.Dashboard.Polling;

internal static class QuickRefusals
{
    /// <summary>Pages ask again by themselves every second or two, so a call rather says at once that a service is away than waits for it.</summary>
    public static void AddQuickRefusals(this IServiceCollection services) =>
        services.ConfigureAll<HttpStandardResilienceOptions>(options =>
        {
            options.Retry.MaxRetryAttempts = 1;
            options.Retry.Delay = TimeSpan.FromMilliseconds(200);
            options.Retry.BackoffType = DelayBackoffType.Constant;
            options.Retry.ShouldRetryAfterHeader = false;
        });
}
