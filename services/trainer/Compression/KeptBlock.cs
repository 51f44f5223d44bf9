namespace ModelOps.Trainer.Compression;

/// <summary>A block that stays in a pruned network, and what stays in it.</summary>
/// <param name="Block">Its number in the network that is pruned, from 0.</param>
/// <param name="Heads">The numbers of its heads that stay, ascending.</param>
public sealed record KeptBlock(int Block, IReadOnlyList<int> Heads);
