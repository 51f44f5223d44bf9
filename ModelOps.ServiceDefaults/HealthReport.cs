using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ModelOps.ServiceDefaults;

/// <summary>Health as JSON, so that whoever waits can say which check failed and why.</summary>
internal static class HealthReport
{
    public static Task WriteAsync(HttpContext context, Microsoft.Extensions.Diagnostics.HealthChecks.HealthReport report) =>
        context.Response.WriteAsJsonAsync(new
        {
            status = report.Status.ToString(),
            checks = report.Entries.ToDictionary(
                check => check.Key,
                check => new { status = check.Value.Status.ToString(), error = check.Value.Exception?.Message ?? check.Value.Description }),
        });
}
