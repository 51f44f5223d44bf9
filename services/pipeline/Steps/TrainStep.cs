using System.Text.Json;
using System.Text.Json.Nodes;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Definitions;

namespace ModelOps.Pipeline.Steps;

/// <summary>A training run, from the dataset version to a checked package.</summary>
internal sealed class TrainStep(TrainerClient trainer) : IStep
{
    public const string Step = "train";
    public const string TrainingRun = "trainingRun";

    public string Name => Step;

    public async Task RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var request = new TrainingRequest(context.Dataset, context.IntInput(PrepareStep.DatasetVersion), context.Model, Parameters(context.Definition, context.Parameters)) { Application = context.Definition.Application };
        var run = await trainer.StartAsync(context.Store, request, context.IdempotencyKey, cancellationToken);
        context.Outputs[TrainingRun] = run.Id.ToString();
        try
        {
            run = await FinishAsync(context, run, cancellationToken);
        }
        catch (OperationCanceledException) when (context.IsTimedOut())
        {
            await trainer.CancelAsync(context.Store, run.Id, CancellationToken.None);
            throw;
        }
        if (run.State != RunState.Succeeded)
            throw new StepFailedException(run.Error ?? $"The training ended as {run.State}.");
        context.Metrics.Clear();
        foreach (var (name, value) in run.Metrics.Where(metric => MetricName.IsPlain(metric.Key)))
            context.Metrics[name] = value;
        foreach (var (baseline, metrics) in run.Comparison)
            foreach (var (name, value) in metrics.Where(metric => MetricName.IsPlain(metric.Key)))
                context.Metrics[$"{baseline}/{name}"] = value;
    }

    private async Task<TrainingRun> FinishAsync(StepContext context, TrainingRun run, CancellationToken cancellationToken)
    {
        var shown = -1;
        while (!run.State.IsFinal())
        {
            if (run.Epochs.Count != shown)
                await ShowAsync(context, run, shown = run.Epochs.Count);
            await Task.Delay(Polling.Interval, cancellationToken);
            run = await trainer.GetAsync(context.Store, run.Id, cancellationToken);
        }
        return run;
    }

    private static Task ShowAsync(StepContext context, TrainingRun run, int epochs)
    {
        context.Metrics["epochs"] = epochs;
        if (epochs > 0)
            context.Metrics["loss"] = run.Epochs[^1].Loss;
        return context.ReportAsync();
    }

    /// <summary>The pipeline's training parameters, overridden by the run's.</summary>
    public static Dictionary<string, JsonElement> Parameters(PipelineDefinition definition, IReadOnlyDictionary<string, JsonElement> overrides)
    {
        var parameters = definition.Train.ToDictionary(pair => pair.Key, pair => JsonSerializer.SerializeToElement(Value(pair.Value)));
        foreach (var (name, value) in overrides)
            parameters[name] = value;
        return parameters;
    }

    /// <summary>YAML scalars arrive as text; JSON tells numbers and truth values from words.</summary>
    private static JsonNode? Value(object? value) => value switch
    {
        IDictionary<object, object?> map => new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key.ToString()!, Value(pair.Value)))),
        IList<object?> list => new JsonArray([.. list.Select(Value)]),
        _ => Scalar(value as string ?? ""),
    };

    private static JsonNode? Scalar(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonValue parsed && parsed.GetValueKind() is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False ? parsed : JsonValue.Create(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
