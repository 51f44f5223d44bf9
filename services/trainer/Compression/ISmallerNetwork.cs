using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Compression;

/// <summary>What a smaller network is made from.</summary>
/// <param name="Network">The trained one; stays its owner's.</param>
/// <param name="Shares">By item index: its share of all targets.</param>
/// <param name="Chosen">Items that somebody chose.</param>
public sealed record Teacher(SequenceNetwork Network, TrainingParameters Parameters, float[] Shares, int Chosen, ItemFeatures? Features);

/// <summary>A way from a trained network to a smaller one, which learns a little itself.</summary>
public interface ISmallerNetwork
{
    string Name { get; }

    /// <summary>Null, or why there is nothing smaller to be made.</summary>
    string? Refuses(TrainingParameters parameters);

    /// <summary>Settles what stays of the trained network, where anything does.</summary>
    /// <param name="quality">Of a network on the validation cases; higher is better.</param>
    IReadOnlyList<KeptBlock>? Choose(Teacher teacher, Func<SequenceNetwork, double> quality);

    /// <param name="kept">What <see cref="Choose"/> settled.</param>
    Learner Begin(Teacher teacher, IReadOnlyList<KeptBlock>? kept);

    /// <param name="trained">Passes that the validation chose for the trained network.</param>
    int Passes(int trained);
}

/// <summary>The ways by name. A new one is a file beside this and a line here.</summary>
public static class SmallerNetwork
{
    public static IReadOnlyList<ISmallerNetwork> All { get; } = [new PrunedNetwork(), new DistilledNetwork()];

    public static ISmallerNetwork Of(string name) => All.Single(way => way.Name == name);
}
