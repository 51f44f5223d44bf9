// Michel, Levy, Neubig: Are Sixteen Heads Really Better than One? NeurIPS 2019, https://arxiv.org/abs/1905.10650: a head matters as much as
// is lost without it. Blocks likewise, as Sajjad et al.: On the Effect of Dropping Layers of Pre-trained Transformer Models. Computer
// Speech & Language 77 (2023), https://arxiv.org/abs/2004.03844 drop them.
using System.Globalization;
using ModelOps.Trainer.Architectures;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Compression;

/// <summary>Takes blocks and attention heads out of a trained network. What is left is a smaller network, not one with zeros.</summary>
public static class Pruning
{
    private const string Blocks = "blocks";

    /// <summary>Everything that <paramref name="network"/> has.</summary>
    public static IReadOnlyList<KeptBlock> Whole(SequenceNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return [.. network.Config.HeadsByBlock.Select((heads, block) => new KeptBlock(block, [.. Enumerable.Range(0, heads)]))];
    }

    /// <summary>What stays: first the blocks, then the heads without which the quality is highest go. A block and a head of each block stay.</summary>
    /// <param name="blocks">Share of the blocks to take out, 0..1.</param>
    /// <param name="heads">Share of the remaining blocks' heads to take out, 0..1.</param>
    /// <param name="quality">Of a network; higher is better.</param>
    public static IReadOnlyList<KeptBlock> Choose(SequenceNetwork network, string architecture, double blocks, double heads, Func<SequenceNetwork, double> quality)
    {
        ArgumentNullException.ThrowIfNull(quality);
        var kept = Whole(network);
        kept = TakeOut(kept, [.. kept.Select(block => new Part(block.Block, null))], BlocksOut(kept.Count, blocks), Quality);
        Part[] every = [.. kept.SelectMany(block => block.Heads.Select(head => new Part(block.Block, head)))];
        return TakeOut(kept, every, HeadsOut(every.Length, heads), Quality);

        double Quality(IReadOnlyList<KeptBlock> what)
        {
            using var cut = Cut(network, architecture, what);
            return quality(cut);
        }
    }

    /// <summary>Whether anything would go.</summary>
    public static bool TakesOutAny(int blocks, int heads, double blockShare, double headShare) =>
        BlocksOut(blocks, blockShare) > 0 || (heads > 1 && HeadsOut(blocks * heads, headShare) > 0);

    /// <summary>A new network of what is kept of <paramref name="network"/>, with its weights.</summary>
    public static SequenceNetwork Cut(SequenceNetwork network, string architecture, IReadOnlyList<KeptBlock> kept)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(kept);
        var smaller = Architecture.Networks[architecture](network.Config with { Blocks = kept.Count, HeadsLeft = [.. kept.Select(block => block.Heads.Count)] });
        Fill(smaller, network, kept);
        return smaller;
    }

    /// <summary>Copies what is kept of <paramref name="network"/> into <paramref name="smaller"/>, which has that shape.</summary>
    public static void Fill(SequenceNetwork smaller, SequenceNetwork network, IReadOnlyList<KeptBlock> kept)
    {
        ArgumentNullException.ThrowIfNull(smaller);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(kept);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var parameters = network.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        smaller.to(network.ItemTable().device);
        foreach (var (name, parameter) in smaller.named_parameters())
            parameter.copy_(PartOf(name, parameters, network, kept));
    }

    private static Tensor PartOf(string name, Dictionary<string, TorchSharp.Modules.Parameter> parameters, SequenceNetwork network, IReadOnlyList<KeptBlock> kept)
    {
        if (name.Split('.', 3) is not [Blocks, var number, var own])
            return parameters[name];
        var (block, heads) = kept[int.Parse(number, CultureInfo.InvariantCulture)];
        Tensor whole = parameters[string.Create(CultureInfo.InvariantCulture, $"{Blocks}.{block}.{own}")];
        if (!network.ByHead.TryGetValue(own, out var axis))
            return whole;
        var size = network.Config.HeadSize;
        return whole.index_select(axis, tensor(heads.SelectMany(head => Enumerable.Range(head * size, size)).Select(at => (long)at).ToArray()).to(whole.device));
    }

    private static int BlocksOut(int blocks, double share) => Math.Min(blocks - 1, (int)(blocks * share));

    private static int HeadsOut(int heads, double share) => (int)(heads * share);

    /// <summary>Tries to take out each part alone; then takes out as many as asked for, the least important first, if they may go.</summary>
    private static IReadOnlyList<KeptBlock> TakeOut(IReadOnlyList<KeptBlock> kept, IReadOnlyList<Part> parts, int count, Func<IReadOnlyList<KeptBlock>, double> quality)
    {
        if (count == 0)
            return kept;
        var whole = kept;
        foreach (var part in parts.Where(part => part.MayGoFrom(whole)).OrderByDescending(part => quality(part.TakenFrom(whole))).ToList())
        {
            if (count > 0 && part.MayGoFrom(kept))
                (kept, count) = (part.TakenFrom(kept), count - 1);
        }
        return kept;
    }

    /// <summary>A block, or one of its heads.</summary>
    private sealed record Part(int Block, int? Head)
    {
        public bool MayGoFrom(IReadOnlyList<KeptBlock> all) => (Head is null ? all.Count : all.Single(one => one.Block == Block).Heads.Count) > 1;

        public IReadOnlyList<KeptBlock> TakenFrom(IReadOnlyList<KeptBlock> all) => Head is null
            ? [.. all.Where(one => one.Block != Block)]
            : [.. all.Select(one => one.Block == Block ? one with { Heads = [.. one.Heads.Where(head => head != Head)] } : one)];
    }
}
