using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Automation;
using ModelOps.Pipeline.Runs;
using ModelOps.Pipeline.Triggers;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Pipeline.Definitions;

/// <summary>The pipelines, how their automation stands, and what an editor needs to write one.</summary>
internal static class PipelinesApi
{
    private const int MaxBytes = 256 * 1024;

    public static void MapPipelines(this IEndpointRouteBuilder app)
    {
        var pipelines = app.MapGroup("/v1/pipelines").WithTags("Pipelines");
        pipelines.MapGet("", async (StoreId store, PipelineBook book, CancellationToken cancellationToken) => TypedResults.Ok((await book.OfAsync(store, cancellationToken)).Values)).WithSummary("The store's pipelines");
        pipelines.MapGet("/status", StatusAsync).WithSummary("Each pipeline's schedule, targets and limits, and what its triggers last saw");
        pipelines.MapGet("/schema", () => TypedResults.Text(PipelineSchema.Text, "application/schema+json", Encoding.UTF8)).WithSummary("The JSON Schema of a pipeline's YAML").AllowAnonymous();
        pipelines.MapPost("/validate", ValidateAsync).Needs(AccessNeed.Look).WithMetadata(new RequestSizeLimitAttribute(MaxBytes)).WithSummary("What is wrong with a pipeline's YAML, the body, with line and column");
        pipelines.MapEdits();
        app.MapWebhook();
    }

    private static async Task<Ok<PipelineCheck>> ValidateAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        PipelineCatalogue.Check(await reader.ReadToEndAsync(cancellationToken), out var faults);
        return TypedResults.Ok(new PipelineCheck(faults));
    }

    private static async Task<Ok<List<PipelineStatus>>> StatusAsync(
        StoreId store, PipelineCatalogue catalogue, PipelineBook book, PipelineDb database, IEnumerable<ITrigger> triggers, TimeProvider time, CancellationToken cancellationToken)
    {
        var found = new List<PipelineStatus>();
        var pipelines = await book.OfAsync(store, cancellationToken);
        var known = await Target.OfAsync(database, pipelines, store, cancellationToken);
        foreach (var definition in pipelines.Values)
        {
            var targets = new List<PipelineTarget>();
            foreach (var target in known[definition.Name])
            {
                var states = await database.StatesOf(target).OrderBy(row => row.Trigger).ToListAsync(cancellationToken);
                targets.Add(new PipelineTarget(target.Dataset, target.Model, [.. states.Select(state => state.ToContract())]));
            }
            var schedule = definition.Schedule;
            found.Add(new PipelineStatus(
                definition.Name, definition.Model ?? definition.Name, schedule is null ? null : $"{schedule.Cron} ({schedule.TimeZone})", schedule?.Next(time.GetUtcNow()),
                [.. triggers.Where(trigger => trigger.IsOn(definition)).Select(trigger => trigger.Name), .. definition.Triggers.Webhook ? ["webhook"] : Array.Empty<string>()],
                targets, [.. LimitsOf(definition.Limits)], definition.Yaml, catalogue.Refusal, definition.Edit, definition.IsEdited, definition.EditRefusal));
        }
        foreach (var (edit, refusal) in await book.RefusedAsync(store, cancellationToken))
            found.Add(new PipelineStatus(edit.Pipeline, edit.Pipeline, null, null, [], [], [], edit.Yaml!, catalogue.Refusal, edit.Version, EditRefusal: refusal));
        return TypedResults.Ok(found);
    }

    private static IEnumerable<string> LimitsOf(LimitsDefinition limits) => FormattableLines(
        $"concurrency: {limits.Concurrency}",
        $"cool_down: success {LengthOfTime.Rounded(limits.CoolDown.Success)}, failure {LengthOfTime.Rounded(limits.CoolDown.Failure)}",
        $"runs_per_week: {limits.RunsPerWeek}",
        $"training_minutes: day {limits.TrainingMinutes.Day}, week {limits.TrainingMinutes.Week}");

    private static IEnumerable<string> FormattableLines(params FormattableString[] lines) => lines.Select(FormattableString.Invariant);
}
