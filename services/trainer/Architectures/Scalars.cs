using System.Collections.Concurrent;
using TorchSharp;

namespace ModelOps.Trainer.Architectures;

/// <summary>
/// Constants for libtorch's operations, kept for good. TorchSharp reads a scalar's handle and lets go of the scalar: one that nobody else
/// holds may be collected while libtorch reads it, which ends the training with "Unknown scalar type", or takes another number. For
/// numbers that vary, a scalar in a <c>using</c> does.
/// </summary>
internal static class Scalars
{
    private static readonly ConcurrentDictionary<double, TorchSharp.Scalar> Reals = new();
    private static readonly ConcurrentDictionary<long, TorchSharp.Scalar> Wholes = new();

    public static TorchSharp.Scalar Of(double value) => Reals.GetOrAdd(value, number => number.ToScalar());

    /// <summary>For tensors of whole numbers, which stay such.</summary>
    public static TorchSharp.Scalar Whole(long value) => Wholes.GetOrAdd(value, number => number.ToScalar());
}

/// <summary>
/// Sums of tensors. TorchSharp's operator + multiplies the second by a scalar 1 that nobody holds, which now and then ends a training,
/// as <see cref="Scalars"/> says; here it is held. Its operators − and * take none.
/// </summary>
internal static class Sums
{
    public static torch.Tensor Plus(this torch.Tensor left, torch.Tensor right) => left.add(right, Scalars.Whole(1));
}
