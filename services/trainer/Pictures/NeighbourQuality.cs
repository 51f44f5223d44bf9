using ModelOps.Trainer.Architectures;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Pictures;

/// <summary>How well neighbours belong together, of a network and of what it is compared with.</summary>
public static class NeighbourQuality
{
    private const int AtOnce = 256, MostForComponents = 2000;

    /// <summary>For each row with a label the share of its nearest others (Euclidean distance; of vectors of length 1 the order of the cosine) that have the same label.</summary>
    /// <param name="vectors">(rows, dimensions).</param>
    /// <param name="labels">Null where it is not known: such a row is neither asked about nor a neighbour.</param>
    public static double[] Precision(float[] vectors, IReadOnlyList<string?> labels, int depth = 10)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentNullException.ThrowIfNull(labels);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        int[] rows = [.. labels.Index().Where(label => label.Item is not null).Select(label => label.Index)];
        var count = Math.Min(depth, rows.Length - 1);
        if (count < 1)
            return [];
        var all = tensor(vectors, labels.Count, vectors.Length / labels.Count).index_select(0, tensor(rows.Select(row => (long)row).ToArray()));
        var half = (all * all).sum(1).div(Scalars.Of(2)); // (rows)
        var precision = new double[rows.Length];
        for (var from = 0; from < rows.Length; from += AtOnce)
        {
            using var inner = NewDisposeScope();
            var until = Math.Min(from + AtOnce, rows.Length);
            var nearness = all.slice(0, from, until, 1).mm(all.t()) - half; // (asked, rows)
            var self = arange(from, until, ScalarType.Int64).unsqueeze(1);
            nearness = nearness.scatter(1, self, full(until - from, 1, float.NegativeInfinity));
            var nearest = nearness.topk(count, 1).indexes.data<long>().ToArray();
            for (var row = from; row < until; row++)
                precision[row] = nearest.AsSpan((row - from) * count, count).ToArray().Average(other => labels[rows[other]] == labels[rows[row]] ? 1.0 : 0);
        }
        return precision;
    }

    /// <summary>(rows, values): the pixels themselves, from 0 to 1.</summary>
    public static float[] Pixels(IReadOnlyList<byte[]> planes)
    {
        ArgumentNullException.ThrowIfNull(planes);
        return [.. planes.SelectMany(picture => picture.Select(value => value / 255f))];
    }

    /// <summary>(rows, components): pixels along the directions in which <paramref name="known"/> differ most (principal components).</summary>
    public static float[] Components(IReadOnlyList<byte[]> known, IReadOnlyList<byte[]> planes, int components)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(planes);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var learned = known.Count <= MostForComponents ? known : [.. known.Where((_, row) => row % ((known.Count / MostForComponents) + 1) == 0)];
        var values = planes[0].Length;
        var sample = tensor(Pixels(learned), learned.Count, values);
        var mean = sample.mean([0], keepdim: true);
        sample -= mean;
        var (_, directions) = linalg.eigh(sample.mm(sample.t())); // ascending; (samples, samples) is smaller than (values, values)
        components = Math.Min(components, learned.Count);
        var axes = sample.t().mm(directions.slice(1, learned.Count - components, learned.Count, 1)); // (values, components)
        axes /= (axes * axes).sum(0, keepdim: true).sqrt().clamp_min(Scalars.Of(PictureNetwork.Least));
        return (tensor(Pixels(planes), planes.Count, values) - mean).mm(axes).data<float>().ToArray();
    }
}
