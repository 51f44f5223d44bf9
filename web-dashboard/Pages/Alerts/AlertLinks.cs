using ModelOps.Contracts.Alerts;
using ModelOps.Dashboard.Pages.Models;

namespace ModelOps.Dashboard.Pages.Alerts;

/// <summary>Where one sees what an alert is about.</summary>
internal static class AlertLinks
{
    public static string Of(Alert alert) => alert switch
    {
        _ when alert.Metric.StartsWith("drift", StringComparison.Ordinal) => "monitoring/drift",
        _ when alert.Labels.ContainsKey("pipeline") => "pipelines",
        _ when alert.Labels.TryGetValue("arm", out var arm) && arm != Contracts.Deployments.Arm.Champion => $"models/{Uri.EscapeDataString(alert.Labels.GetValueOrDefault("model") ?? DefaultModel.Name)}",
        _ when alert.Labels.ContainsKey("model") => "monitoring",
        _ => "alerts",
    };
}
