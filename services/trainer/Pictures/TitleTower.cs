// Joulin, Grave, Bojanowski, Mikolov: Bag of Tricks for Efficient Text Classification. EACL 2017, https://arxiv.org/abs/1607.01759
using System.IO.Hashing;
using System.Runtime.InteropServices;
using ModelOps.Features.Text;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Pictures;

/// <summary>Titles to vectors of length 1: the mean of their words and of the words' runs of three letters, hashed into one table. Only training needs it.</summary>
internal sealed class TitleTower : nn.Module<Tensor, Tensor, Tensor>
{
    private const int Buckets = 1 << 15, Run = 3;
    private const double Spread = .1;
    private readonly EmbeddingBag table;

    public TitleTower(int dimensions) : base("title_tower")
    {
        table = nn.EmbeddingBag(Buckets, dimensions, mode: EmbeddingBagMode.Mean);
        using var untracked = no_grad();
        table.weight!.normal_(0, Spread);
        register_module("table", table);
    }

    /// <param name="parts">Buckets of all titles, one title after the other.</param>
    /// <param name="starts">(titles): where each begins.</param>
    /// <returns>(titles, dimensions).</returns>
    public override Tensor forward(Tensor parts, Tensor starts)
    {
        using var scope = NewDisposeScope();
        return PictureNetwork.ToLengthOne(table.call(parts, starts)).MoveToOuterDisposeScope();
    }

    public Tensor Of(IReadOnlyList<string> titles)
    {
        using var scope = NewDisposeScope();
        var (parts, starts) = (new List<long>(), new List<long>());
        foreach (var title in titles)
        {
            starts.Add(parts.Count);
            parts.AddRange(PartsOf(title));
        }
        return call(tensor(parts.ToArray()), tensor(starts.ToArray())).MoveToOuterDisposeScope();
    }

    /// <summary>At least one: the empty title's own.</summary>
    private static IEnumerable<long> PartsOf(string title)
    {
        yield return BucketOf("");
        foreach (var word in Words.Of(title))
        {
            var bounded = $"<{word}>";
            yield return BucketOf(bounded);
            for (var at = 0; at + Run <= bounded.Length; at++)
                yield return BucketOf(bounded.AsSpan(at, Run));
        }
    }

    private static long BucketOf(ReadOnlySpan<char> part) => (long)(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(part)) % Buckets);
}
