// Finds the best hundred of a large catalogue by scoring all items, by the product's index and by FAISS:
//   dotnet run -c Release --project bench/retrieval -- [size=1000000] [queries=1000] [recall=0.99] [parts=128] [lists=…] [peers=exact;IVF2048,SQ8,RFlat;hnsw] [usearch=1000]
// The vectors are real: SASRec is trained on Beauty's reviews (minutes, kept in folder=…), its 12,101 items are asked for by its 22,363 shoppers' histories.
// A larger catalogue is drawn from a mixture of normal distributions fitted to those items; the shoppers stay real. One thread answers on every side;
// what counts is processor time. Each approximate side is tuned to the least effort that reaches the recall on these queries.
using System.Globalization;
using ModelOps.Bench.Recommend;
using ModelOps.Bench.Retrieval;
using ModelOps.Trainer.Training;
using static TorchSharp.torch;

var settings = args.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
T Setting<T>(string name, T otherwise) where T : IParsable<T> => settings.TryGetValue(name, out var text) ? T.Parse(text, CultureInfo.InvariantCulture) : otherwise;
var folder = Setting("folder", Path.Combine(Path.GetTempPath(), "modelops-bench-retrieval"));
var (size, goal) = (Setting("size", 1_000_000), Setting("recall", 0.99));
set_num_threads(Environment.ProcessorCount);

await Benchmark.Reviews("beauty").PrepareAsync(folder, new Dictionary<string, string> { ["seed"] = "1", ["fuse"] = "none", ["refit"] = "none" });
if (!File.Exists(Path.Combine(folder, TrainingTask.PackageFolder, "weights.safetensors")))
{
    Console.WriteLine("Training on Beauty …");
    var end = await WorkerProcess.RunAsync(folder, (_, _) => Task.CompletedTask);
    if (end.Result is null)
        throw new InvalidOperationException(end.Error ?? end.Errors);
}
var (parts, queries) = (Setting("parts", 128), Setting("queries", 1000));
var work = Work.TryRead(folder, size, parts, queries);
if (work is null)
{
    var (items, users) = await RealVectors.ReadAsync(folder);
    work = Work.Write(folder, items, users, size, parts, queries, seed: 1);
}
Console.WriteLine($"{work.ItemCount:N0} items drawn from a mixture of {parts} fitted to Beauty's, {work.Dimensions} dimensions; {work.QueryCount:N0} real shoppers ask for {Work.Depth}");

var sides = new List<Side>();
void Add(Side side)
{
    sides.Add(side);
    Console.WriteLine($"  {side.Name,-28} recall {side.Recall:f4}   alone {side.Single,7:f3} ms   of {Work.Batch} {side.Batched,7:f3} ms   built in {side.Built,5:f0} s   {side.Bytes / 1e6,5:f0} MB   {side.Effort}");
}

Add(Exact.Measure(work, folder));
Add(Ours.Measure(work, folder, goal, settings.ContainsKey("lists") ? Setting("lists", 0) : null));
foreach (var side in Peer.Measure(folder, goal, Environment.ProcessorCount, Setting("peers", "exact;IVF2048,SQ8,RFlat;IVF2048,PQ32x4fs,RFlat")))
    Add(side);
if (settings.ContainsKey("usearch"))
    Add(USearch.Measure(work, folder, Setting("usearch", 1000)));

var exact = sides.Where(side => side.Name.StartsWith("exact", StringComparison.Ordinal)).ToList();
Console.WriteLine("Processor time against the faster exact side:");
foreach (var side in sides.Except(exact))
    Console.WriteLine($"  {side.Name,-28} alone {exact.Min(other => other.Single) / side.Single,6:f1}×   of {Work.Batch} {exact.Min(other => other.Batched) / side.Batched,6:f1}×   at recall {side.Recall:f4}");
return 0;
