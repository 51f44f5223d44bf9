using System.Globalization;
using ModelOps.Contracts.Runs;

namespace ModelOps.Pipeline.Runs;

/// <summary>Where a page of runs ends. Of runs that began in the same instant the id decides, so that none is left out.</summary>
internal static class RunCursor
{
    public static string Of(PipelineRun run) => $"{run.CreatedAt.UtcDateTime:O}_{run.Id:N}";

    public static (DateTimeOffset CreatedAt, Guid Id)? Parse(string text) =>
        text.Split('_') is [var moment, var id] && DateTimeOffset.TryParse(moment, CultureInfo.InvariantCulture, out var createdAt) && Guid.TryParse(id, out var run)
            ? (createdAt.ToUniversalTime(), run)
            : null;
}
