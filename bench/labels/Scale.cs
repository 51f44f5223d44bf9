using System.Diagnostics;
using ModelOps.DataPrep.Labelling;
using ModelOps.Features.Text;

namespace ModelOps.Bench.Labels;

/// <summary>Made-up products: titles of 4 to 11 words from a vocabulary as skewed as a language's, of which some belong to the category.</summary>
internal static class Scale
{
    private const int Categories = 2000;

    public static void Run(int products)
    {
        var random = new Random(1);
        string Word(int most) => $"w{(int)(Math.Pow(random.NextDouble(), 3) * most)}";
        DescribedText Product(int category) => new(string.Join(' ', Enumerable.Range(0, random.Next(4, 12)).Select(i => random.Next(3) == 0 ? $"c{category}x{random.Next(30)}" : Word(100_000))), null, $"brand{category % 500}");
        var known = Enumerable.Range(0, products * 9 / 10).Select(i => ($"{i}", Product(i % Categories), i % Categories)).ToList();
        var asked = Enumerable.Range(0, products / 10).Select(i => Product(i % Categories)).ToList();
        var watch = Stopwatch.StartNew();
        var opinions = NeighbourOpinions.Learn(known);
        Console.WriteLine($"{known.Count:N0} known products learned and calibrated in {watch.Elapsed.TotalSeconds:N1} s");
        watch.Restart();
        var right = asked.AsParallel().AsOrdered().Select(opinions.Of).Select((opinion, i) => opinion.Count > 0 && opinion[0].Label == i % Categories).Count(isRight => isRight);
        Console.WriteLine($"{asked.Count:N0} asked in {watch.Elapsed.TotalSeconds:N1} s, {asked.Count / watch.Elapsed.TotalSeconds:N0} a second, {(double)right / asked.Count:P1} right; peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20:N0} MB");
    }
}
