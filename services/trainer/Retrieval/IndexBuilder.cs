using ModelOps.Features.Retrieval;
using ModelOps.Trainer.Architectures;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Retrieval;

/// <summary>
/// Plans an index. Queries look at some directions more than at others, so vectors are first turned into a space in which they look at
/// all alike: what is near there has similar scores. In it the items are grouped by k-means.
/// </summary>
public static class IndexBuilder
{
    private const int Chunk = 2048, Passes = 8, SamplesPerList = 64;

    /// <summary>Lists for each square root of the number of items.</summary>
    private const double ListsPerRoot = 2;

    /// <summary>Of the mean over the directions, what each is taken to be looked at even if no query did.</summary>
    private const double Ridge = 1e-2;

    /// <param name="vectors">(items + 1, <paramref name="dimensions"/>), row 0 the padding's.</param>
    /// <param name="queries">(queries, <paramref name="dimensions"/>): real ones.</param>
    /// <param name="lists">Rounded up; by default as many as suit the number of items.</param>
    public static IndexPlan Plan(float[] vectors, float[] queries, int dimensions, int seed, int? lists = null)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        manual_seed(seed);
        var items = tensor(vectors).view(-1, dimensions).slice(0, 1, vectors.Length / dimensions, 1);
        var (turn, projection) = Turns(items, tensor(queries).view(-1, dimensions));
        var turned = items.mm(turn); // (items, dim)
        var wanted = lists ?? (int)(ListsPerRoot * Math.Sqrt(items.shape[0]));
        var centres = Centres(turned, (wanted + IndexWriter.ListsTogether - 1) / IndexWriter.ListsTogether * IndexWriter.ListsTogether);
        return new IndexPlan(
            projection.data<float>().ToArray(), turned.data<float>().ToArray(), Array.ConvertAll(Nearest(turned, centres).data<long>().ToArray(), list => (int)list), (int)centres.shape[0]);
    }

    /// <summary>
    /// What items and what queries are multiplied with: products stay, the queries' second moment becomes that of a sphere, and the items'
    /// axes come in the order of their variance.
    /// </summary>
    private static (Tensor Items, Tensor Queries) Turns(Tensor items, Tensor queries)
    {
        var dim = items.shape[1];
        var asked = queries.to_type(ScalarType.Float64);
        var moment = asked.t().mm(asked).div(Scalars.Of(asked.shape[0]));
        using var least = (moment.trace().item<double>() / dim * Ridge + double.Epsilon).ToScalar();
        var (values, axes) = linalg.eigh(moment + eye(dim, dtype: ScalarType.Float64) * least);
        var lengthen = axes * values.sqrt();
        var turned = items.to_type(ScalarType.Float64).mm(lengthen);
        var centred = turned - turned.mean([0], keepdim: true);
        var rotation = linalg.eigh(centred.t().mm(centred)).Item2.flip(1);
        return (lengthen.mm(rotation).to_type(ScalarType.Float32), (axes / values.sqrt()).mm(rotation).to_type(ScalarType.Float32).contiguous());
    }

    private static Tensor Centres(Tensor turned, int lists) // (items, dim) → (lists, dim)
    {
        var sample = turned.index_select(0, randperm(turned.shape[0]).slice(0, 0, Math.Min(turned.shape[0], (long)lists * SamplesPerList), 1));
        var centres = sample.index_select(0, arange(Scalars.Whole(lists), ScalarType.Int64).remainder(Scalars.Whole(sample.shape[0])));
        for (var pass = 0; pass < Passes; pass++)
        {
            using var scope = NewDisposeScope();
            var nearest = Nearest(sample, centres);
            var sums = zeros_like(centres).index_add_(0, nearest, sample, Scalars.Of(1));
            var counts = bincount(nearest, minlength: lists).to_type(ScalarType.Float32).unsqueeze(1);
            // A centre that nobody is near to begins anew elsewhere.
            var elsewhere = sample.index_select(0, randint(0, sample.shape[0], [lists], dtype: ScalarType.Int64));
            centres.copy_(where(counts.gt(Scalars.Of(0)), sums / counts.clamp_min(Scalars.Of(1)), elsewhere));
        }
        return centres;
    }

    /// <summary>The nearest centre of each point.</summary>
    private static Tensor Nearest(Tensor points, Tensor centres) // (points, dim), (lists, dim) → (points)
    {
        var halves = centres.square().sum(1).mul(Scalars.Of(-0.5)); // (lists)
        var transposed = centres.t().contiguous();
        var parts = new List<Tensor>();
        for (long at = 0; at < points.shape[0]; at += Chunk)
        {
            using var scope = NewDisposeScope();
            parts.Add(addmm(halves, points.slice(0, at, Math.Min(points.shape[0], at + Chunk), 1), transposed, 1, 1).argmax(1).MoveToOuterDisposeScope());
        }
        return cat(parts);
    }
}
