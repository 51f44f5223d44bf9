using System.Text.Encodings.Web;
using System.Text.Json;
using ModelOps.Monitor.Alerts.Rules;

namespace ModelOps.Monitor.Alerts.Export;

/// <summary>
/// <c>dotnet run --project services/monitor -- --export-alerts</c> writes the deployment's rules for Prometheus and Alertmanager into
/// <c>deploy/</c>, and ends.
/// </summary>
internal static class AlertExport
{
    private const string Switch = "--export-alerts";

    public const string Header = "# Written from alerts/*.yaml by: dotnet run --project services/monitor -- --export-alerts\n";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="args">The switch, and the repository's folder where that is not the present one.</param>
    /// <returns>False where the switch is not there.</returns>
    public static bool Ran(string[] args)
    {
        if (args is not [Switch, ..])
            return false;
        var root = args.Length > 1 ? args[1] : ".";
        foreach (var (path, text) in Files(AlertBookReader.Load(Path.Combine(root, "alerts"))))
        {
            var file = Path.Combine(root, "deploy", path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
            Console.WriteLine($"{file} written");
        }
        return true;
    }

    /// <summary>The files' places under <c>deploy/</c>, and what belongs into them.</summary>
    public static IReadOnlyDictionary<string, string> Files(AlertBook book) => new Dictionary<string, string>
    {
        ["prometheus/alerts.yaml"] = PrometheusRules.Write(book),
        ["prometheus/alerts.test.yaml"] = PrometheusRules.WriteTests(book, "alerts.yaml"),
        ["alertmanager/alertmanager.yaml"] = AlertmanagerConfig.Write(book),
    };

    /// <summary>A text as YAML takes it anywhere.</summary>
    public static string Quoted(string text) => JsonSerializer.Serialize(text, Readable);

    /// <summary>An instrument's name as the exporter writes it, before the suffixes for its unit and kind.</summary>
    public static string PrometheusName(string instrument) => instrument.Replace('.', '_');
}
