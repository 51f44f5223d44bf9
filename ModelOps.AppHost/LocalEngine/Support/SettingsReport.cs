using System.Globalization;
using Microsoft.Extensions.Configuration;
using ModelOps.AppHost.LocalEngine.Commands;

namespace ModelOps.AppHost.LocalEngine.Support;

/// <summary>The settings as far as they can be shown: numbers, switches and durations. Of a text only that it is set, of a secret not even its length.</summary>
internal static class SettingsReport
{
    /// <summary>Of the environment, which configuration takes up as a whole, only what is meant for this application.</summary>
    private static readonly string[] Own = ["MODELOPS_", "ASPNETCORE_", "DOTNET_", "OTEL_"];

    public static SortedDictionary<string, string> Of(IConfiguration configuration) => new(
        configuration.AsEnumerable()
            .Where(pair => pair.Value is not null && (pair.Key.Contains(':', StringComparison.Ordinal) || Own.Any(prefix => pair.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))))
            .ToDictionary(pair => pair.Key, pair => Shown(pair.Key, pair.Value!)), StringComparer.Ordinal);

    /// <summary>Whatever may be secret among what the application knows, to be taken out of texts.</summary>
    public static IReadOnlyList<string> Secrets(Installation installation, IReadOnlyDictionary<string, string> stored) =>
    [
        .. stored.Values,
        .. installation.Configuration.AsEnumerable().Where(pair => pair.Value is { Length: > 0 } && Redaction.IsSecretName(pair.Key) && (!IsPlain(pair.Value) || pair.Value.All(char.IsAsciiDigit))).Select(pair => pair.Value!),
    ];

    private static string Shown(string name, string value) =>
        Redaction.IsSecretName(name) ? "(hidden)"
        : IsPlain(value) ? value
        : value.Length == 0 ? "(empty)" : "(a text)";

    private static bool IsPlain(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _) || bool.TryParse(value, out _) || TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out _)
        || value is "Development" or "Staging" or "Production" or "Trace" or "Debug" or "Information" or "Warning" or "Error" or "Critical" or "None" or "dynamic";
}
