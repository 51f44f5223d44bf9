using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Compression;

/// <summary>The trained network without its least important blocks and heads, after some passes to recover.</summary>
public sealed class PrunedNetwork : ISmallerNetwork
{
    private const int ShareOfPasses = 4;

    public string Name => "pruned";

    public string? Refuses(TrainingParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Pruning.TakesOutAny(parameters.Blocks, parameters.Heads, parameters.PruneBlocks, parameters.PruneHeads)
            ? null
            : $"Nothing can be pruned: of {parameters.Blocks} block{(parameters.Blocks == 1 ? "" : "s")} with {parameters.Heads} head{(parameters.Heads == 1 ? "" : "s")} each, one block and a head of each stay. Give more 'blocks' or 'heads', or a larger 'pruneBlocks' or 'pruneHeads'.";
    }

    public IReadOnlyList<KeptBlock>? Choose(Teacher teacher, Func<SequenceNetwork, double> quality)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        return Pruning.Choose(teacher.Network, teacher.Parameters.Architecture, teacher.Parameters.PruneBlocks, teacher.Parameters.PruneHeads, quality);
    }

    public Learner Begin(Teacher teacher, IReadOnlyList<KeptBlock>? kept)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(kept);
        var learner = new Learner(teacher.Shares, teacher.Chosen, teacher.Features, teacher.Parameters with { Freeze = null }, headsLeft: [.. kept.Select(block => block.Heads.Count)]);
        Pruning.Fill(learner.Network, teacher.Network, kept);
        return learner;
    }

    public int Passes(int trained) => Math.Max(1, trained / ShareOfPasses);
}
