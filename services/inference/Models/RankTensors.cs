using System.Numerics;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Features;

namespace ModelOps.Inference.Models;

/// <summary>
/// Memory that the graph reads and writes in place, used by one call after another. Widths are rounded up to powers of two, which the
/// padding makes harmless, so few shapes occur; each is bound once, and a call of a known shape allocates nothing.
/// </summary>
internal sealed class RankTensors(InferenceSession session, int length, bool takesOwn, int mostItems) : IDisposable
{
    private const int MaxBindings = 512, LeastWidth = 8;

    private readonly Dictionary<Shape, Binding> bindings = [];
    private readonly RunOptions runOptions = new();
    private readonly long[] counted = GC.AllocateArray<long>(1, pinned: true);
    private long[] history = [], forbidden = [], ownItems = [], items = [];
    private float[] ownCounts = [], scores = [];

    public void Run(ReadOnlySpan<RankCall> calls)
    {
        var shape = ShapeOf(calls);
        var binding = Bind(shape);
        Write(calls, shape);
        session.RunWithBinding(runOptions, binding.Io);
        Read(calls, shape);
    }

    private Shape ShapeOf(ReadOnlySpan<RankCall> calls)
    {
        int widest = 0, own = 0, count = 0;
        foreach (var call in calls)
        {
            widest = Math.Max(widest, call.Forbidden.Length);
            own = Math.Max(own, call.Own.Count);
            count = Math.Max(count, call.Best.Length);
        }
        return new Shape(calls.Length, Width(widest), takesOwn ? Width(own) : 0, Math.Min(Width(count), mostItems));
    }

    private static int Width(int needed) => needed <= LeastWidth ? LeastWidth : (int)BitOperations.RoundUpToPowerOf2((uint)needed);

    private Binding Bind(Shape shape)
    {
        if (bindings.TryGetValue(shape, out var known))
            return known;
        // New memory makes the old bindings useless; too many shapes are forgotten together.
        var grows = Grow(ref history, shape.Rows * length) | Grow(ref forbidden, shape.Rows * shape.Forbidden) | Grow(ref ownItems, shape.Rows * shape.Own)
            | Grow(ref ownCounts, shape.Rows * shape.Own) | Grow(ref items, shape.Rows * shape.Count) | Grow(ref scores, shape.Rows * shape.Count);
        if (grows || bindings.Count >= MaxBindings)
            Forget();
        var binding = new Binding(session.CreateIoBinding());
        bindings[shape] = binding;
        binding.Input(PackageGraph.History, history, shape.Rows, length);
        binding.Input(PackageGraph.Forbidden, forbidden, shape.Rows, shape.Forbidden);
        binding.Input(PackageGraph.Count, counted);
        if (takesOwn)
        {
            binding.Input(PackageGraph.OwnItems, ownItems, shape.Rows, shape.Own);
            binding.Input(PackageGraph.OwnCounts, ownCounts, shape.Rows, shape.Own);
        }
        binding.Output(PackageGraph.Items, items, shape.Rows, shape.Count);
        binding.Output(PackageGraph.Scores, scores, shape.Rows, shape.Count);
        return binding;
    }

    private static bool Grow<T>(ref T[] memory, int needed) where T : struct
    {
        if (memory.Length >= needed)
            return false;
        memory = GC.AllocateArray<T>((int)BitOperations.RoundUpToPowerOf2((uint)needed), pinned: true);
        return true;
    }

    private void Write(ReadOnlySpan<RankCall> calls, Shape shape)
    {
        counted[0] = shape.Count;
        for (var row = 0; row < calls.Length; row++)
        {
            var call = calls[row];
            call.History.CopyTo(history, row * length);
            var never = forbidden.AsSpan(row * shape.Forbidden, shape.Forbidden);
            call.Forbidden.CopyTo(never);
            never[call.Forbidden.Length..].Clear();
            if (takesOwn)
                WriteOwn(call.Own, ownItems.AsSpan(row * shape.Own, shape.Own), ownCounts.AsSpan(row * shape.Own, shape.Own));
        }
    }

    private static void WriteOwn(IReadOnlyDictionary<int, float> own, Span<long> indices, Span<float> counts)
    {
        var at = 0;
        if (own is Dictionary<int, float> dictionary) // its enumerator is a value
        {
            foreach (var (index, count) in dictionary)
                (indices[at], counts[at++]) = (index, count);
        }
        else
        {
            foreach (var (index, count) in own)
                (indices[at], counts[at++]) = (index, count);
        }
        indices[at..].Clear();
        counts[at..].Clear();
    }

    /// <summary>The graph gives −∞ from where on nothing is allowed.</summary>
    private void Read(ReadOnlySpan<RankCall> calls, Shape shape)
    {
        for (var row = 0; row < calls.Length; row++)
        {
            var best = calls[row].Best.Span;
            var found = 0;
            for (var at = row * shape.Count; found < best.Length && found < shape.Count && !float.IsNegativeInfinity(scores[at]); at++)
                best[found++] = new RankedItem((int)items[at], scores[at]);
            calls[row].Found = found;
        }
    }

    private void Forget()
    {
        foreach (var binding in bindings.Values)
            binding.Dispose();
        bindings.Clear();
    }

    public void Dispose()
    {
        Forget();
        runOptions.Dispose();
    }

    private readonly record struct Shape(int Rows, int Forbidden, int Own, int Count);

    private sealed class Binding(OrtIoBinding io) : IDisposable
    {
        private readonly List<OrtValue> values = [];

        public OrtIoBinding Io => io;

        public void Input<T>(string name, T[] memory, params long[] shape) where T : unmanaged => io.BindInput(name, View(memory, shape));

        public void Input(string name, long[] memory) => Input(name, memory, memory.Length);

        public void Output<T>(string name, T[] memory, params long[] shape) where T : unmanaged => io.BindOutput(name, View(memory, shape));

        private OrtValue View<T>(T[] memory, long[] shape) where T : unmanaged
        {
            var cells = (int)shape.Aggregate(1L, (product, side) => product * side);
            var value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, memory.AsMemory(0, cells), shape);
            values.Add(value);
            return value;
        }

        public void Dispose()
        {
            io.Dispose();
            foreach (var value in values)
                value.Dispose();
        }
    }
}
