// Measures the recommender on public data:  dotnet run -c Release --project bench/recommend -- beauty [name=value …]
// Parameters are those of a training run, for example epochs=60 loss=full. The run's folder stays and a second call goes on
// from its checkpoint; give folder=<path> to choose it.
using ModelOps.Bench.Recommend;
using ModelOps.Trainer.Training;

var settings = args.Skip(1).Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
var benchmark = args.FirstOrDefault() switch
{
    "beauty" => Benchmark.Reviews("beauty"),
    "sports" => Benchmark.Reviews("sports"),
    "retail" => Benchmark.Retail(),
    "diginetica" => Benchmark.Diginetica(),
    _ => throw new ArgumentException("Name a benchmark: beauty, sports, diginetica or retail."),
};
var folder = settings.Remove("folder", out var chosen) ? chosen : Path.Combine(Path.GetTempPath(), "modelops-bench", benchmark.Name);
await benchmark.PrepareAsync(folder, settings);
var end = await WorkerProcess.RunAsync(folder, (message, line) =>
{
    Console.WriteLine(message switch
    {
        { Epoch: { } point } => $"{point.Phase,-8} pass {point.Epoch,3}  loss {point.Loss:f4}  NDCG@10 {point.Ndcg10:f4}  R@10 {point.Recall10:f4}  {point.Seconds:f1} s",
        { Phase: { } phase } => phase,
        { Result: not null } => "done",
        _ => line,
    });
    return Task.CompletedTask;
});
if (end.Result is not { } result)
{
    Console.Error.WriteLine(end.Error ?? $"The worker crashed with exit code {end.ExitCode}.\n{end.Errors}");
    return 1;
}
string[] shown = ["ndcg@10", "ndcg@10.low", "ndcg@10.high", "recall@10", "recall@20", "mrr@20", "new/recall@20"];
foreach (var (name, metrics) in result.Comparison)
    Console.WriteLine($"{name,-12} {string.Join("  ", shown.Where(metrics.ContainsKey).Select(metric => $"{metric} {metrics[metric]:f4}"))}");
Console.WriteLine($"{result.Metrics["cases"]} cases, parity {result.Metrics["parity"]:g2}, {result.Metrics["seconds"]} s; everything is in {folder}/package/model-card.json");
return 0;
