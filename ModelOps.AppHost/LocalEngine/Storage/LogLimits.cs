using System.ComponentModel.DataAnnotations;
using Aspire.Hosting;
using Microsoft.Extensions.Configuration;

namespace ModelOps.AppHost.LocalEngine.Storage;

/// <summary>The configuration section <c>Logs</c>: how much of each resource's output stays on disk.</summary>
internal sealed record LogLimits
{
    /// <summary>Megabytes of a log file; then a new one begins.</summary>
    [Range(1, 10_000)] public int Megabytes { get; init; } = 10;

    /// <summary>Files of a resource, the newest ones.</summary>
    [Range(1, 100)] public int Files { get; init; } = 3;

    /// <exception cref="DistributedApplicationException">A value is out of its range.</exception>
    public static LogLimits Of(IConfiguration configuration)
    {
        try
        {
            var limits = configuration.GetSection("Logs").Get<LogLimits>() ?? new LogLimits();
            Validator.ValidateObject(limits, new ValidationContext(limits), validateAllProperties: true);
            return limits;
        }
        catch (Exception wrong) when (wrong is ValidationException or InvalidOperationException)
        {
            throw new DistributedApplicationException($"Logs:… is not usable: {wrong.Message}");
        }
    }
}
