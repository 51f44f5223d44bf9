using System.Numerics;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Features.Retrieval;

namespace ModelOps.Inference.Models;

/// <summary>Memory that <c>user.onnx</c> reads and writes in place, used by one batch after another.</summary>
internal sealed class UserTensors(InferenceSession session, ItemIndex index, int length) : IDisposable
{
    private static readonly string[] Inputs = [UserGraph.History, UserGraph.Vectors], Outputs = [UserGraph.Vector];

    private readonly RunOptions runOptions = new();
    private readonly Dictionary<int, (OrtValue[] In, OrtValue[] Out)> shapes = [];
    private long[] history = [];
    private float[] read = [], written = [];

    /// <summary>Computes the vectors of <paramref name="calls"/>; each is there until the next run.</summary>
    public void Run(ReadOnlySpan<RankCall> calls)
    {
        var (input, output) = Shape(calls.Length);
        for (var row = 0; row < calls.Length; row++)
        {
            for (var column = 0; column < length; column++)
            {
                var (item, cell) = ((int)calls[row].History[column], row * length + column);
                history[cell] = item == 0 ? 0 : cell + 1;
                if (item != 0)
                    index.Vector(item).CopyTo(read.AsSpan((cell + 1) * index.Dimensions));
            }
        }
        session.Run(runOptions, Inputs, input, Outputs, output);
    }

    public ReadOnlySpan<float> VectorOf(int row) => written.AsSpan(row * index.Dimensions, index.Dimensions);

    private (OrtValue[] In, OrtValue[] Out) Shape(int rows)
    {
        if (shapes.TryGetValue(rows, out var known))
            return known;
        if (history.Length < rows * length)
        {
            Forget();
            var most = (int)BitOperations.RoundUpToPowerOf2((uint)rows);
            history = GC.AllocateArray<long>(most * length, pinned: true);
            read = GC.AllocateArray<float>((most * length + 1) * index.Dimensions, pinned: true);
            written = GC.AllocateArray<float>(most * index.Dimensions, pinned: true);
        }
        return shapes[rows] = ([View(history, rows, length), View(read, rows * length + 1, index.Dimensions)], [View(written, rows, index.Dimensions)]);
    }

    private static OrtValue View<T>(T[] memory, int rows, int columns) where T : unmanaged =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, memory.AsMemory(0, rows * columns), [rows, columns]);

    private void Forget()
    {
        foreach (var value in shapes.Values.SelectMany(shape => shape.In.Concat(shape.Out)))
            value.Dispose();
        shapes.Clear();
    }

    public void Dispose()
    {
        Forget();
        runOptions.Dispose();
    }
}
