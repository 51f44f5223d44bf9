// Measures what an answer costs in the exported graph against the hand-written best, a SASRec of the same weights in both:
//   dotnet run -c Release --project bench/answer -- [items=12101] [calls=3000]
// The hand-written graph excludes nothing and has no common scale of scores. The sides take turns call by call, so that what else
// the machine does meets them alike; a side's time is its median. Then what is forbidden is shipped as a list or as a mask.
using System.Globalization;
using ModelOps.Bench.Answer;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Onnx;
using static TorchSharp.torch;

var settings = args.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => int.Parse(pair[1], CultureInfo.InvariantCulture));
var (items, calls) = (settings.GetValueOrDefault("items", 12_101), settings.GetValueOrDefault("calls", 3000));
const int Length = 50, Count = 10;

manual_seed(1);
using var network = new SasRec(new NetworkConfig(items, Length, Dimensions: 64, Blocks: 1, Heads: 1, Dropout: 0));
network.eval();
using var handWritten = new Side(HandWritten.Of(network));
using var exported = new Side(RecommenderGraph.Of(network, "exported"));
using var masked = new Side(MaskedGraph.Of(network));

var check = Calls(1, 32, 0)[0];
if (handWritten.Answer(check).Zip(exported.Answer(check)).Count(pair => pair.First == pair.Second) < 0.99 * 32 * Count)
    throw new InvalidOperationException("The two graphs do not answer alike, so their times say nothing.");

foreach (var rows in new[] { 1, 32 })
{
    Measure([handWritten, exported], Math.Max(100, calls * 4 / rows), rows, Length);
    Console.WriteLine($"{rows,2} at once, {Length} forbidden each: hand-written {handWritten.Milliseconds:f3} ms, exported {exported.Milliseconds:f3} ms, "
        + $"{rows / exported.Milliseconds * 1000:n0} answers/s; exported/hand-written {exported.Milliseconds / handWritten.Milliseconds:f3}");
}
foreach (var forbidden in new[] { 0, 10, 50, 1000, items / 2, items - Count })
{
    Measure([exported, masked], calls, 1, forbidden);
    Console.WriteLine($" 1 at once, {forbidden,6:n0} forbidden: list {exported.Milliseconds:f3} ms, mask {masked.Milliseconds:f3} ms");
}

void Measure(Side[] sides, int number, int rows, int forbidden)
{
    const int First = 50; // they allocate
    var asked = Calls(100, rows, forbidden);
    for (var i = 0; i < number + First; i++)
    {
        foreach (var side in i % 2 == 0 ? sides : sides.Reverse())
        {
            if (i == First)
                side.Forget();
            side.Measure(asked[i % asked.Count]);
        }
    }
}

List<Call> Calls(int number, int rows, int forbidden)
{
    var random = new Random(7);
    return [.. Enumerable.Range(0, number).Select(_ => new Call(
        rows, items, [.. Enumerable.Range(0, rows * Length).Select(_ => random.NextInt64(1, items + 1))], [.. Enumerable.Range(0, rows).SelectMany(_ => Some(random, forbidden))], Count))];
}

long[] Some(Random random, int count)
{
    long[] all = [.. Enumerable.Range(1, items).Select(item => (long)item)];
    random.Shuffle(all);
    return all[..count];
}
