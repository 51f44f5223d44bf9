using System.Numerics.Tensors;
using ModelOps.Trainer.Architectures;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ModelOps.Trainer.Objectives;

/// <summary>
/// Cross-entropy of each target among negatives that all share; a negative that is the row's own target does not count. On a processor
/// a row is masked, exponentiated and added up while it is at hand, where libtorch's operations pass over all rows eight times.
/// </summary>
internal sealed class SharedNegatives : autograd.SingleTensorFunction<SharedNegatives>
{
    private const float Forbidden = -1e9f;

    public override string Name => nameof(SharedNegatives);

    /// <param name="target">(targets, 1) score of the right item.</param>
    /// <param name="others">(targets, negatives) scores of the wrong ones.</param>
    /// <param name="targets">(targets) which item is right.</param>
    /// <param name="sample">(negatives) which are wrong.</param>
    /// <returns>(targets)</returns>
    public static Tensor Loss(Tensor target, Tensor others, Tensor targets, Tensor sample)
    {
        if (Spans.CanRead(target) && Spans.CanRead(others))
            return apply(target, others, new Drawn(targets.data<long>().ToArray(), sample.data<long>().ToArray()));
        others = others.masked_fill(sample.unsqueeze(0).eq(targets.unsqueeze(1)), Scalars.Of(Forbidden));
        return nn.functional.cross_entropy(cat([target, others], 1), zeros_like(targets), reduction: nn.Reduction.None);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (target, others, drawn) = ((Tensor)vars[0], (Tensor)vars[1], (Drawn)vars[2]);
        var (loss, share, shares) = (empty(drawn.Targets.Length), empty_like(target), empty_like(others));
        var places = drawn.Sample.Index().ToLookup(one => one.Item, one => one.Index);
        var width = drawn.Sample.Length;
        var rights = Spans.Of(target);
        var wrongs = Spans.Of(shares);
        var rightShares = Spans.Of(share);
        var losses = Spans.Of(loss);
        Spans.Of(others).CopyTo(wrongs);
        for (var row = 0; row < drawn.Targets.Length; row++)
        {
            var score = rights[row];
            var wrong = wrongs.Slice(row * width, width);
            foreach (var place in places[drawn.Targets[row]])
                wrong[place] = Forbidden;
            var highest = MathF.Max(score, TensorPrimitives.Max<float>(wrong));
            TensorPrimitives.Subtract(wrong, highest, wrong);
            TensorPrimitives.Exp<float>(wrong, wrong);
            var right = MathF.Exp(score - highest);
            var all = right + TensorPrimitives.Sum<float>(wrong);
            TensorPrimitives.Divide(wrong, all, wrong);
            rightShares[row] = right / all - 1;
            losses[row] = MathF.Log(all) - (score - highest);
        }
        ctx.save_for_backward([share, shares]);
        return loss;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var saved = ctx.get_saved_variables();
        using var each = grad_output.unsqueeze(1); // (targets, 1)
        return [saved[0] * each, saved[1] * each, null!];
    }

    private sealed record Drawn(long[] Targets, long[] Sample);
}
