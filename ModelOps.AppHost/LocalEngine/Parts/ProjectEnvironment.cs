using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using ModelOps.AppHost.LocalEngine.Running;

namespace ModelOps.AppHost.LocalEngine.Parts;

/// <summary>The variables that Aspire sets, by the same names, so that a service cannot tell who started it.</summary>
internal sealed class ProjectEnvironment(IResource resource, string id, EngineContext context)
{
    public async Task<IReadOnlyDictionary<string, string>> BuildAsync(Func<EndpointAnnotation, int?> targetPort, CancellationToken cancellationToken)
    {
        var callbacks = new EnvironmentCallbackContext(context.ExecutionContext, cancellationToken);
        var variables = callbacks.EnvironmentVariables;
        AddHosting(variables, targetPort);
        AddTelemetry(variables);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await annotation.Callback(callbacks);

        var resolved = new Dictionary<string, string>();
        foreach (var (name, value) in variables)
            resolved[name] = (value is IValueProvider later ? await later.GetValueAsync(cancellationToken) : value.ToString()) ?? "";
        return resolved;
    }

    private void AddHosting(Dictionary<string, object> variables, Func<EndpointAnnotation, int?> targetPort)
    {
        variables["ASPNETCORE_ENVIRONMENT"] = context.EnvironmentName;
        variables["DOTNET_ENVIRONMENT"] = context.EnvironmentName;
        var urls = new List<string>();
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            var port = targetPort(endpoint)!.Value.ToString(CultureInfo.InvariantCulture);
            if (endpoint.TargetPortEnvironmentVariable is { } variable)
                variables[variable] = port;
            else if (endpoint.UriScheme is "http" or "https")
                urls.Add($"{endpoint.UriScheme}://localhost:{port}");
        }
        if (urls.Count > 0)
            variables["ASPNETCORE_URLS"] = string.Join(';', urls);
        // Health is asked for and telemetry sent every few seconds, which at level Information would fill the console.
        foreach (var category in new[] { "Microsoft.AspNetCore", "System.Net.Http.HttpClient", "Polly" })
            variables[$"Logging__LogLevel__{category}"] = Environment.GetEnvironmentVariable($"Logging__LogLevel__{category}") ?? "Warning";
        // What a service keeps on disk belongs to this data folder, and goes with its reset.
        variables["MODELOPS_DATA"] = context.Data.Root;
        // Many processes share this machine.
        variables["DOTNET_gcServer"] = "0";
    }

    private void AddTelemetry(Dictionary<string, object> variables)
    {
        variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = context.TelemetryUrl;
        variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        variables["OTEL_SERVICE_NAME"] = resource.Name;
        variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={id}";
        variables["APPHOST_TELEMETRY_HTTP"] = context.TelemetryUrl;
        if (context.EnvironmentName != "Development")
            return;
        foreach (var delay in new[] { "OTEL_BLRP_SCHEDULE_DELAY", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_METRIC_EXPORT_INTERVAL" })
            variables[delay] = "1000";
        variables["OTEL_TRACES_SAMPLER"] = "always_on";
        variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
    }
}
