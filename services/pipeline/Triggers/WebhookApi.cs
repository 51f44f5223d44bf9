using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Signing;
using ModelOps.Pipeline.Automation;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Runs;
using ModelOps.ServiceDefaults;

namespace ModelOps.Pipeline.Triggers;

/// <summary>Asks for a run from outside. The signature stands in for a key, and says which store it is; the limits hold as for every automatic run.</summary>
internal static class WebhookApi
{
    private const string Trigger = "webhook";
    private const int MaxBytes = 16 * 1024;
    private const int Tries = 5;

    public static void MapWebhook(this IEndpointRouteBuilder app) => app.MapPost("/v1/pipelines/{name}/trigger", TriggerAsync).WithTags("Pipelines")
        .AllowAnonymous().WithMetadata(new RequestSizeLimitAttribute(MaxBytes)).WithSummary("Ask for a run, signed by HMAC as Standard Webhooks are");

    private static async Task<Results<Accepted<IReadOnlyList<Decision>>, ProblemHttpResult>> TriggerAsync(
        string name, HttpContext context, PipelineBook book, IOptions<AutomationOptions> options, IServiceScopeFactory scopes, TimeProvider time, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(cancellationToken);
        var id = context.Request.Headers[WebhookSignature.IdHeader].ToString();
        if (StoreOf(context.Request.Headers, id, body, options.Value, time.GetUtcNow()) is not { } store)
        {
            return Problems.Of(StatusCodes.Status401Unauthorized, "signature", "The call is not signed",
                $"Send {WebhookSignature.IdHeader}, {WebhookSignature.TimestampHeader} (seconds, within {LengthOfTime.Rounded(options.Value.WebhookTolerance)} of now) and {WebhookSignature.SignatureHeader}: v1,base64(HMAC-SHA256(secret, id.timestamp.body)) with the secret that is configured as Automation__WebhookSecrets__<store>.");
        }
        var pipelines = await book.OfAsync(store, cancellationToken);
        if (!pipelines.TryGetValue(name, out var definition))
            return Problems.NotFound($"There is no pipeline '{name}'; there are {string.Join(", ", pipelines.Keys)}.");
        if (!definition.Triggers.Webhook)
            return Problems.Conflict("webhook-off", $"The pipeline '{name}' does not listen to webhooks. Write 'triggers: {{ webhook: true }}' into its YAML.");
        var wanted = string.IsNullOrWhiteSpace(body) ? new WebhookTrigger() : JsonSerializer.Deserialize<WebhookTrigger>(body, JsonSerializerOptions.Web) ?? new WebhookTrigger();
        var targets = await TargetsAsync(scopes, definition, store, wanted, cancellationToken);
        if (targets.Count == 0)
            return Problems.Conflict("target", $"The pipeline '{name}' has no target{(wanted.Dataset is null && wanted.Model is null ? "" : " of that dataset and model")} to renew. Start its first run yourself: POST /v1/runs.");
        var decisions = new List<Decision>();
        foreach (var target in targets)
            decisions.Add(await DecideAsync(scopes, target, definition, ReadingOf(id, wanted), cancellationToken));
        return TypedResults.Accepted((string?)null, (IReadOnlyList<Decision>)decisions);
    }

    /// <summary>The store whose secret signed the call; null when none did, or at another time.</summary>
    private static StoreId? StoreOf(IHeaderDictionary headers, string id, string body, AutomationOptions options, DateTimeOffset now)
    {
        if (id.Length is 0 or > 200 || !long.TryParse(headers[WebhookSignature.TimestampHeader], NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp)
            || Math.Abs(now.ToUnixTimeSeconds() - (double)timestamp) > options.WebhookTolerance.TotalSeconds)
            return null;
        StoreId? store = null;
        foreach (var (name, secret) in options.WebhookSecrets)
            store = WebhookSignature.Holds(secret, id, timestamp, body, headers[WebhookSignature.SignatureHeader].ToString()) ? new StoreId(name) : store;
        return store;
    }

    private static TriggerReading ReadingOf(string id, WebhookTrigger wanted) => new(
        true, id, $"Webhook {id}{(string.IsNullOrWhiteSpace(wanted.Reason) ? "." : $": {wanted.Reason}")}", "No call.", new Dictionary<string, double>(), IsOnce: true);

    private static async Task<IReadOnlyList<Target>> TargetsAsync(IServiceScopeFactory scopes, PipelineDefinition definition, StoreId store, WebhookTrigger wanted, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var targets = await Target.OfAsync(scope.ServiceProvider.GetRequiredService<PipelineDb>(), new Dictionary<string, PipelineDefinition> { [definition.Name] = definition }, store, cancellationToken);
        return [.. targets[definition.Name].Where(target => (wanted.Dataset ?? target.Dataset) == target.Dataset && (wanted.Model ?? target.Model) == target.Model)];
    }

    /// <summary>The decision on the call; a repetition of the call is told the first one's.</summary>
    private static async Task<Decision> DecideAsync(IServiceScopeFactory scopes, Target target, PipelineDefinition definition, TriggerReading reading, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var scope = scopes.CreateAsyncScope();
            var database = scope.ServiceProvider.GetRequiredService<PipelineDb>();
            var lastRun = await AutomaticStart.LastRunAsync(database, target, cancellationToken);
            var expected = await AutomationLoop.ExpectAsync(scope.ServiceProvider, target, definition, cancellationToken);
            var start = scope.ServiceProvider.GetRequiredService<AutomaticStart>();
            var (isDecided, _) = await start.DecideAsync(target, definition, Trigger, reading, lastRun, expected, Trigger, cancellationToken);
            if (isDecided)
                return (await start.DecisionOnAsync(target, Trigger, reading, cancellationToken)).ToContract();
            if (attempt == Tries)
                throw new TimeoutException("Runs of the pipeline begin too fast to decide on another");
        }
    }
}
