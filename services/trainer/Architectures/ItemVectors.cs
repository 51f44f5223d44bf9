using System.Numerics.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ModelOps.Trainer.Architectures;

/// <summary>
/// Items' vectors on a processor: each item's own and, divided by the root of their number, its features'. Gradients go straight to
/// the rows that were read; libtorch would make and add up a whole table of them for each reading.
/// </summary>
internal sealed class ItemVectors : autograd.SingleTensorFunction<ItemVectors>
{
    private const string Read = "read";

    public override string Name => nameof(ItemVectors);

    /// <param name="own">(items + 1, dim); row 0 is the padding's.</param>
    /// <param name="said">(features + 1, dim), if <paramref name="features"/> join.</param>
    /// <param name="items">(n)</param>
    /// <returns>(n, dim)</returns>
    public static Tensor Of(Tensor own, Tensor? said, ItemFeatures? features, long[] items) =>
        said is null ? apply(own, new Reading(items, null)) : apply(own, new Reading(items, features), said);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (own, reading, said) = Arguments(vars);
        ctx.save_data(Read, reading);
        ctx.save_for_backward(said is null ? [own] : [own, said]);
        var dim = (int)own.shape[1];
        var result = empty(reading.Items.Length, dim);
        var vectors = Spans.Of(result);
        var table = Spans.Of(own);
        var words = said is null ? default : Spans.Of(said);
        for (var i = 0; i < reading.Items.Length; i++)
        {
            var vector = vectors.Slice(i * dim, dim);
            vector.Clear();
            var features = reading.Of(i);
            foreach (var feature in features)
                TensorPrimitives.Add(vector, words.Slice((int)feature * dim, dim), vector);
            if (features.Length > 1)
                TensorPrimitives.Multiply(vector, Scale(features), vector);
            TensorPrimitives.Add(vector, table.Slice((int)reading.Items[i] * dim, dim), vector);
        }
        return result;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var reading = (Reading)ctx.get_data(Read);
        var saved = ctx.get_saved_variables();
        var (own, said) = (saved[0], saved.Count > 1 ? saved[1] : null);
        var dim = (int)own.shape[1];
        var gradients = Spans.Of(grad_output.contiguous());
        var table = Gradient(own);
        var words = said is null ? default : Gradient(said);
        Span<float> scaled = stackalloc float[dim];
        for (var i = 0; i < reading.Items.Length; i++)
        {
            if (reading.Items[i] == 0)
                continue;
            ReadOnlySpan<float> gradient = gradients.Slice(i * dim, dim);
            if (!table.IsEmpty)
                Add(table.Slice((int)reading.Items[i] * dim, dim), gradient);
            var features = reading.Of(i);
            if (words.IsEmpty || features.IsEmpty)
                continue;
            TensorPrimitives.Multiply(gradient, Scale(features), scaled);
            foreach (var feature in features)
                Add(words.Slice((int)feature * dim, dim), scaled);
        }
        return [.. Enumerable.Repeat<Tensor>(null!, said is null ? 2 : 3)];
    }

    private static void Add(Span<float> to, ReadOnlySpan<float> what) => TensorPrimitives.Add(to, what, to);

    private static float Scale(ReadOnlySpan<long> features) => 1 / MathF.Sqrt(features.Length);

    private static (Tensor Own, Reading Reading, Tensor? Said) Arguments(object[] given) => ((Tensor)given[0], (Reading)given[1], given.Length > 2 ? (Tensor)given[2] : null);

    /// <summary>Where the gradients of a table add up; nowhere if it learns nothing.</summary>
    private static Span<float> Gradient(Tensor table)
    {
        if (!table.requires_grad)
            return default;
        if (table.grad is null)
            table.grad = zeros_like(table, requires_grad: false).DetachFromDisposeScope();
        return Spans.Of(table.grad!);
    }

    private sealed record Reading(long[] Items, ItemFeatures? Features)
    {
        /// <summary>The features of the item at <paramref name="place"/>.</summary>
        public ReadOnlySpan<long> Of(int place)
        {
            if (Features is null)
                return [];
            var ids = Features.Ids.AsSpan((int)Items[place] * Features.Width, Features.Width);
            var end = ids.IndexOf(0);
            return end < 0 ? ids : ids[..end];
        }
    }
}
