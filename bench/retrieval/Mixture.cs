using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Bench.Retrieval;

/// <summary>A mixture of normal distributions with full covariances, fitted to real vectors by expectation maximisation; a catalogue of any size is drawn from it.</summary>
internal static class Mixture
{
    private const int Passes = 15;

    /// <summary>Vectors, for each dimension, that the covariance of all within their parts counts as in each part's own: a part has about as few as there are dimensions.</summary>
    private const double Prior = 0.1;

    /// <param name="real">(n, dim)</param>
    /// <returns>(size, dim)</returns>
    public static Tensor Draw(Tensor real, int parts, int size, int seed)
    {
        using var scope = NewDisposeScope();
        manual_seed(seed);
        var (n, dim) = (real.shape[0], real.shape[1]);
        var means = real.index_select(0, randperm(n).slice(0, 0, parts, 1)).clone();
        var all = real - real.mean([0], keepdim: true);
        var roots = Root(all.t().mm(all) / n).unsqueeze(0).repeat(parts, 1, 1);
        var shares = full(parts, 1.0 / parts);
        for (var pass = 0; pass < Passes; pass++)
            (means, roots, shares) = Improve(real, means, roots, shares);
        var counts = bincount(multinomial(shares, size, replacement: true), minlength: parts).data<long>().ToArray();
        var drawn = new List<Tensor>();
        for (var part = 0; part < parts; part++)
            drawn.Add(randn(counts[part], dim).mm(roots[part].t()) + means[part]);
        return cat(drawn).index_select(0, randperm(size)).MoveToOuterDisposeScope();
    }

    private static (Tensor Means, Tensor Roots, Tensor Shares) Improve(Tensor real, Tensor means, Tensor roots, Tensor shares)
    {
        using var scope = NewDisposeScope();
        var (n, dim, parts) = (real.shape[0], real.shape[1], means.shape[0]);
        var logs = new List<Tensor>();
        for (var part = 0; part < parts; part++)
        {
            using var one = NewDisposeScope();
            var apart = (real - means[part]).mm(linalg.inv(roots[part]).t()); // (n, dim)
            logs.Add((apart.square().sum(1) * -0.5 - roots[part].diagonal().log().sum() + shares[part].log()).MoveToOuterDisposeScope());
        }
        var share = stack(logs, 1).softmax(1); // (n, parts)
        var weights = share.sum([0]).clamp_min(1e-6); // (parts)
        var centres = share.t().mm(real) / weights.unsqueeze(1);
        var scatters = new List<Tensor>();
        for (var part = 0; part < parts; part++)
        {
            using var one = NewDisposeScope();
            var apart = real - centres[part];
            scatters.Add((apart * share.select(1, part).unsqueeze(1)).t().mm(apart).MoveToOuterDisposeScope());
        }
        var scatter = stack(scatters); // (parts, dim, dim)
        var prior = Prior * dim;
        var covariances = (scatter + scatter.sum([0]) * (prior / n)) / (weights + prior).view(parts, 1, 1);
        return (centres.MoveToOuterDisposeScope(), Root(covariances).MoveToOuterDisposeScope(), (weights / n).MoveToOuterDisposeScope());
    }

    /// <summary>Lower triangular, times its transpose the matrix.</summary>
    private static Tensor Root(Tensor matrices) => linalg.cholesky(matrices.to_type(ScalarType.Float64)).to_type(ScalarType.Float32);
}
