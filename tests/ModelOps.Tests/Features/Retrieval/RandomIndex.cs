using System.Numerics.Tensors;
using ModelOps.Features;
using ModelOps.Features.Retrieval;

namespace ModelOps.Tests.Features.Retrieval;

/// <summary>Vectors around some centres, in an index whose lists are those centres; and what scoring all of them gives.</summary>
internal sealed class RandomIndex : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("modelops-index-").FullName;

    public RandomIndex(int seed, int items = 4000, int dimensions = 16, int lists = 64, float reach = 4, double spread = 0.5)
    {
        (Random, Items, Dimensions) = (new Random(seed), items, dimensions);
        var centres = Enumerable.Range(0, lists * dimensions).Select(_ => Normal()).ToArray();
        var listOf = Enumerable.Range(0, items).Select(_ => Random.Next(lists)).ToArray();
        Vectors = new float[(items + 1) * dimensions];
        for (var item = 0; item < items; item++)
            for (var d = 0; d < dimensions; d++)
                Vectors[(item + 1) * dimensions + d] = centres[listOf[item] * dimensions + d] + (float)spread * Normal();
        // A turn by 90° in each plane of two axes, which the vectors make and the queries too.
        var projection = new float[dimensions * dimensions];
        var turned = new float[items * dimensions];
        for (var d = 0; d < dimensions; d += 2)
        {
            (projection[d * dimensions + d + 1], projection[(d + 1) * dimensions + d]) = (1, -1);
            for (var item = 0; item < items; item++)
                (turned[item * dimensions + d], turned[item * dimensions + d + 1]) = (-Vectors[(item + 1) * dimensions + d + 1], Vectors[(item + 1) * dimensions + d]);
        }
        IndexWriter.Write(Path, Vectors, new IndexPlan(projection, turned, listOf, lists));
        IndexWriter.Settle(Path, reach, 100);
    }

    public Random Random { get; }

    public int Items { get; }

    public int Dimensions { get; }

    /// <summary>(items + 1, dimensions)</summary>
    public float[] Vectors { get; }

    public string Path => System.IO.Path.Combine(folder, PackageFiles.Index);

    public float[] Query() => [.. Enumerable.Range(0, Dimensions).Select(_ => Normal())];

    /// <summary>The scores of all items; the padding's is 0.</summary>
    public float[] Scores(float[] query) => [.. Enumerable.Range(0, Items + 1).Select(item => TensorPrimitives.Dot(query, Vectors.AsSpan(item * Dimensions, Dimensions)))];

    public RankedItem[] Best(float[] query, long[] never, int count)
    {
        var (excluded, top) = (new bool[Items + 1], new RankedItem[count]);
        foreach (var item in never)
            excluded[item] = true;
        return top[..Ranker.Top(Scores(query), excluded, top)];
    }

    private float Normal() => (float)(Math.Sqrt(-2 * Math.Log(1 - Random.NextDouble())) * Math.Cos(2 * Math.PI * Random.NextDouble()));

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
