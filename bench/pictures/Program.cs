// Visual neighbours on Fashion-MNIST (Debian's package dataset-fashion-mnist: apt-get download dataset-fashion-mnist && dpkg -x …deb .):
//   dotnet run -c Release --project bench/pictures -- <folder with the IDX files> [train=10000] [passes=10] [titles=true] [views=0.25] [side=32] [width=16] [seed=1] [queries=300]
// Learns from the first 10,000 training pictures, whose titles are the names of their classes (with titles=false from the pictures alone), on
// one thread. Then each of the 10,000 test pictures is asked about, and its 10 nearest among the other 9,999 test pictures looked at, none of
// which was learned from: which share has its class. Beside it the pixels themselves and 64 principal components of them, by Euclidean
// distance, on the same pictures. Then the time of one question to all 70,000 vectors beside the same computation by libtorch, one thread,
// in turns call by call, medians.
using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using ModelOps.Bench.Pictures;
using ModelOps.Features;
using ModelOps.Pictures;
using ModelOps.Trainer.Pictures;
using static TorchSharp.torch;

if (args is not [var folder, ..] || !Directory.Exists(folder))
{
    Console.Error.WriteLine("Name the folder with train-images-idx3-ubyte.gz and the other three files.");
    return 1;
}
var given = args.Skip(1).Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
int Number(string name, int otherwise) => int.Parse(given.GetValueOrDefault(name, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
set_num_threads(1);
var hasTitles = given.GetValueOrDefault("titles", "true") == "true";
var parameters = new PictureParameters
{
    Side = Number("side", 32),
    Passes = Number("passes", 10),
    Width = Number("width", 16),
    Seed = Number("seed", 1),
    TitleWeight = hasTitles ? 1 : 0,
    ViewWeight = double.Parse(given.GetValueOrDefault("views", hasTitles ? "0.25" : "1"), CultureInfo.InvariantCulture),
    MostSeconds = Number("seconds", 540),
};
var settings = new PictureSettings(parameters.Side, parameters.Dimensions, parameters.Mean, parameters.Deviation, PictureSettings.OwnPictures);

var all = FashionMnist.Read(folder, "train");
var (train, test) = (all.Take(Number("train", 10_000)), FashionMnist.Read(folder, "t10k"));
var started = Stopwatch.GetTimestamp();
var (trained, asked) = (train.Planes(settings.Side), test.Planes(settings.Side));
Console.WriteLine($"{trained.Count + asked.Count} pictures read in {Stopwatch.GetElapsedTime(started).TotalSeconds:f1} s");

started = Stopwatch.GetTimestamp();
using var network = new ContrastiveTraining(settings, parameters, (pass, loss, seconds) => Console.WriteLine($"pass {pass}: loss {loss:f3}, {seconds:f0} s"))
    .Train(new PictureSet(settings.Side, trained, train.Classes, train.Classes, []));
Console.WriteLine($"trained in {Stopwatch.GetElapsedTime(started).TotalSeconds:f0} s on one thread");

var path = Path.GetTempFileName();
try
{
    File.WriteAllBytes(path, network.Export().ToByteArray());
    using var exported = new ExportedPictures(path, settings);
    started = Stopwatch.GetTimestamp();
    var vectors = exported.Of(asked);
    Console.WriteLine($"{Stopwatch.GetElapsedTime(started).TotalMilliseconds / asked.Count:f2} ms a picture in ONNX Runtime");
    Tell($"model{(hasTitles ? "" : ", without titles")}", vectors);
    Tell("pixels", NeighbourQuality.Pixels(test.Grey));
    Tell("principal components", NeighbourQuality.Components(train.Grey, test.Grey, 64));

    int queries = Number("queries", 300);
    var table = Filled(vectors, settings.Dimensions, 70_000);
    var (ours, peer, best) = (new List<double>(), new List<double>(), new RankedItem[10]);
    using var matrix = tensor(Enumerable.Range(0, table.Rows).SelectMany(row => table.Of(row).ToArray()).ToArray(), table.Rows, table.Dimensions);
    for (var query = -10; query < queries; query++)
    {
        var vector = table.Of(Math.Abs(query) * 31 % table.Rows).ToArray();
        var at = Stopwatch.GetTimestamp();
        table.Nearest(vector, null, best);
        ours.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
        using var scope = NewDisposeScope();
        at = Stopwatch.GetTimestamp();
        var found = matrix.mv(tensor(vector)).topk(10).indexes;
        peer.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
        if (found.data<long>()[0] != best[0].Index && table.Of(best[0].Index).SequenceEqual(table.Of((int)found.data<long>()[0])) is false)
            throw new InvalidOperationException("The two sides disagree.");
    }
    Console.WriteLine($"10 nearest of {table.Rows} vectors: {Median(ours):f2} ms; libtorch {Median(peer):f2} ms (medians of {queries}, one thread)");
}
finally
{
    File.Delete(path);
}
return 0;

void Tell(string name, float[] vectors) => Console.WriteLine($"{name,-24} same class among the 10 nearest: {NeighbourQuality.Precision(vectors, [.. test.Classes]).Average():f4}");

static double Median(List<double> times) => times.Skip(10).Order().ElementAt((times.Count - 10) / 2);

// The test pictures' vectors again and again, each a little aside: as many as the whole data set has.
static VectorTable Filled(float[] vectors, int dimensions, int rows)
{
    var random = new Random(1);
    var filled = Enumerable.Range(0, rows * dimensions).Select(at => vectors[at % vectors.Length] + (float)(.05 * (random.NextDouble() - .5))).ToArray();
    for (var row = 0; row < rows; row++)
        VectorTable.Normalise(filled.AsSpan(row * dimensions, dimensions));
    return new VectorTable(filled, dimensions);
}
