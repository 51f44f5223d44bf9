using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using ModelOps.Audit;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Pipeline.Definitions;

/// <summary>A store's own definitions of pipelines: YAML in, a history of versions out. They count for the next run, and for automation at its next look.</summary>
internal static class EditsApi
{
    private const int MaxBytes = 256 * 1024;
    private const int MaxReason = 500;

    public static void MapEdits(this RouteGroupBuilder pipelines)
    {
        pipelines.MapGet("/{name}/history", (StoreId store, string name, PipelineBook book, CancellationToken cancellationToken) => book.HistoryAsync(store, name, cancellationToken))
            .WithSummary("The last 50 edits of a pipeline, the newest first");
        pipelines.MapPut("/{name}", PutAsync).WithMetadata(new RequestSizeLimitAttribute(MaxBytes)).WithSummary("Define a pipeline of the store's own, or edit one; the definitions before stay in the history");
        pipelines.MapDelete("/{name}", RestoreAsync).WithSummary("Have the installation's file count again; the store's edits stay in the history");
    }

    private static async Task<Results<Ok<PipelineEdit>, ProblemHttpResult>> PutAsync(
        StoreId store, string name, NewPipelineEdit edit, HttpContext context, PipelineBook book, CancellationToken cancellationToken)
    {
        if (Wrong(name, edit) is { } wrong)
            return wrong;
        return await KeepAsync(store, name, edit, context, book, cancellationToken);
    }

    private static async Task<Results<Ok<PipelineEdit>, ProblemHttpResult>> RestoreAsync(
        StoreId store, string name, HttpContext context, PipelineBook book, CancellationToken cancellationToken, string? reason = null, int? version = null)
    {
        if (WrongReason(reason) is { } wrong)
            return wrong;
        if (await book.HistoryAsync(store, name, cancellationToken) is not [{ Yaml: not null }, ..])
            return Problems.NotFound($"The store has no edit of the pipeline '{name}' that counts.");
        return await KeepAsync(store, name, new NewPipelineEdit(null, reason, version), context, book, cancellationToken);
    }

    private static async Task<Results<Ok<PipelineEdit>, ProblemHttpResult>> KeepAsync(
        StoreId store, string name, NewPipelineEdit edit, HttpContext context, PipelineBook book, CancellationToken cancellationToken)
    {
        var by = context.User.Identity?.Name ?? StoreAccess.KeyHolder;
        if (await book.PutAsync(store, name, edit.Yaml, by, edit.Reason!, edit.Version, cancellationToken) is not { } put)
            return Problems.Conflict("pipeline-changed", $"Version {edit.Version} of the pipeline is not the latest any more. Read it again, and put your change on top of it.");
        context.Audit(new { version = put.Version - 1 }, new { version = put.Version }); // the history has their texts
        return TypedResults.Ok(put);
    }

    private static ProblemHttpResult? Wrong(string name, NewPipelineEdit edit)
    {
        if (string.IsNullOrWhiteSpace(edit.Yaml))
            return Problems.Refuse("pipeline", "'yaml' is missing. Send {\"yaml\":\"name: …\",\"reason\":\"…\"}; DELETE has the installation's file count again.");
        if (edit.Yaml.Contains('\0', StringComparison.Ordinal))
            return Problems.Refuse("pipeline", "'yaml' has the character U+0000, which cannot be kept.");
        if (WrongReason(edit.Reason) is { } wrong)
            return wrong;
        var definition = PipelineCatalogue.Check(edit.Yaml, out var faults);
        if (faults.Count > 0)
            return Problems.Refuse("pipeline", string.Join(" ", faults.Select(fault => $"Line {fault.Line}, column {fault.Column}: {fault.Message}")), "The pipeline cannot be used");
        return definition!.Name == name ? null : Problems.Refuse("pipeline", $"Its name is '{definition.Name}', but it was put as '{name}'. Name it '{name}', or put it under its own name.");
    }

    private static ProblemHttpResult? WrongReason(string? reason) => reason is { Length: > 0 and <= MaxReason } && !string.IsNullOrWhiteSpace(reason) && !reason.Contains('\0', StringComparison.Ordinal)
        ? null
        : Problems.Refuse("reason", $"'reason' is missing or longer than {MaxReason} characters: say why the pipeline changes, for whoever reads its history.");
}
