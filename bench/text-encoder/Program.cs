// Measures a MiniLM-like encoder, 6 layers of 384 dimensions, 12 heads and 1,536 inside, over BERT's 30,522 tokens:
//   dotnet run -c Release --project bench/text-encoder -- [calls=200] [texts=../shared/data/banking77/test.csv]
// in 8 bits against 32 bits, both in ONNX Runtime on one thread; the sides take turns call by call, a side's time is the median of its
// processor time. Speed
// does not depend on the weights, which are an untrained network's; likeness does, so that it is said for them alone. Then what the
// service spends on a text, processor time of its process, against the bare graph in a loop; texts=messages.csv takes their first column.
// With classify=folder [passes=20] [pretraining=10] it trains a classifier of the folder's train.csv instead, and asks it about test.csv.
using System.Globalization;
using System.Numerics.Tensors;
using Google.Protobuf;
using ModelOps.Bench.TextEncoder;
using ModelOps.Features.Text;
using ModelOps.Features.Text.Tokenizers;
using ModelOps.Trainer.Texts;
using static TorchSharp.torch;

if (args is ["serve", var packed, var port])
{
    await ServedSide.RunAsync(packed, int.Parse(port, CultureInfo.InvariantCulture));
    return;
}
var settings = args.Where(argument => argument.Contains('=', StringComparison.Ordinal)).Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
if (settings.TryGetValue("classify", out var messages))
{
    var (passes, pretraining) = (int.Parse(settings.GetValueOrDefault("passes", "20"), CultureInfo.InvariantCulture), int.Parse(settings.GetValueOrDefault("pretraining", "10"), CultureInfo.InvariantCulture));
    await Intents.MeasureAsync(messages, new TextOptions { Layers = 2, Dimensions = 256, Heads = 8, Dropout = 0.2, PretrainingPasses = pretraining, Passes = passes, LearningRate = 5e-4, BatchSize = 32 });
    return;
}
var calls = int.Parse(settings.GetValueOrDefault("calls", "200"), CultureInfo.InvariantCulture);

manual_seed(1);
var config = new TextConfig(TextConfig.BertKind, 30_522, 384, 6, 12, 1536, 128);
using var model = new TextModel(new Bert(config), new TextHead(config, TextPooling.Mean), takesPairs: false);
model.Train(false);
var graph = model.Export("encoder").Build();
using var exact = new Side("fp32", graph.ToByteArray());
using var small = new Side("int8", new EncoderInt8().Of(graph).ToByteArray());

foreach (var (rows, time) in new[] { (1, 32), (16, 128) })
{
    var number = rows == 1 ? calls : Math.Max(15, calls / 10);
    var cosines = new List<double>();
    for (var call = -5; call < number; call++)
    {
        var ids = Texts(rows, time, call);
        if (call == 0)
        {
            exact.Forget();
            small.Forget();
        }
        var (one, other) = call % 2 == 0 ? (exact.Measure(ids, rows), small.Measure(ids, rows)) : Swap(small.Measure(ids, rows), exact.Measure(ids, rows));
        cosines.AddRange(Enumerable.Range(0, rows).Select(row => (double)TensorPrimitives.CosineSimilarity<float>(one.AsSpan(row * config.Dimensions, config.Dimensions), other.AsSpan(row * config.Dimensions, config.Dimensions))));
    }
    Console.WriteLine($"{rows,2} x {time,3}: fp32 {exact.Milliseconds:f2} ms, int8 {small.Milliseconds:f2} ms, {exact.Milliseconds / small.Milliseconds:f2} times; cosine {cosines.Average():f4}, least {cosines.Min():f4}");
}

var package = Directory.CreateTempSubdirectory("modelops-bench-texts-").FullName;
try
{
    string[] texts = settings.TryGetValue("texts", out var file) ? Messages(file) : [.. Enumerable.Range(0, 400).Select(number => $"Where is the parcel {number} that I ordered {number % 30} days ago, and what do I do if it does not come?")];
    var tokenizer = VocabularyTrainer.WordPiece(texts, 4000);
    var served = new TextConfig(TextConfig.BertKind, tokenizer.Tokens.Count, config.Dimensions, config.Layers, config.Heads, config.Inner, config.MaxTokens);
    using var network = new TextModel(new Bert(served), new TextHead(served, TextPooling.Mean), takesPairs: false);
    TextPackage.Write(package, network, tokenizer, new EncoderDescription(EncoderKind.Embed, served.Dimensions, served.MaxTokens, EncoderDescription.SelfPretrained, []), [.. texts.Take(20).Select(text => (text, (string?)null))]);
    foreach (var connections in new[] { 1, 16 })
        await ServiceCost.MeasureAsync(package, texts, connections);
}
finally
{
    Directory.Delete(package, recursive: true);
}

static string[] Messages(string path) => [.. File.ReadLines(path).Skip(1).Take(200).Select(line => line.StartsWith('"') ? line[1..].Split("\",")[0].Replace("\"\"", "\"", StringComparison.Ordinal) : line.Split(',')[0])];

static (float[], float[]) Swap(float[] second, float[] first) => (first, second);

long[] Texts(int rows, int time, int seed)
{
    var random = new Random(seed);
    return [.. Enumerable.Range(0, rows * time).Select(_ => (long)random.Next(1000, config.Vocabulary))];
}
