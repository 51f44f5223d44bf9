using System.Runtime.InteropServices;
using ModelOps.Trainer.Architectures;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.DataParallel;

/// <summary>What the first process says to the others.</summary>
internal enum Word
{
    /// <summary>Here is what you learn from.</summary>
    Lesson,

    /// <summary>Make this pass with me.</summary>
    Pass,

    /// <summary>That was all.</summary>
    End,
}

/// <summary>The processes that train one network together: each takes its share of every batch, and their gradients are added up.</summary>
public sealed class Group
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);
    private float[] gradients = [];

    private Group(int rank, int size) => (Rank, Size) = (rank, size);

    /// <summary>From 0, which leads: it alone has the data, validates, writes and reports.</summary>
    public int Rank { get; }

    public int Size { get; }

    public bool Leads => Rank == 0;

    /// <summary>Null in a process that trains alone.</summary>
    public static Group? TryJoin()
    {
        if (!Mpi.IsLaunched)
            return null;
        var (rank, size) = Mpi.Start();
        return new Group(rank, size);
    }

    internal void Tell(Word word, ReadOnlySpan<byte> what)
    {
        var header = MemoryMarshal.AsBytes<int>([(int)word, what.Length]);
        for (var to = 1; to < Size; to++)
        {
            Mpi.Send(header, to);
            Mpi.Send(what, to);
        }
    }

    /// <summary>Waits for what the first process says; it may validate for minutes meanwhile, so without keeping a core busy.</summary>
    internal (Word Word, byte[] What) Hear()
    {
        while (!Mpi.Waits(from: 0))
            Thread.Sleep(Pause);
        Span<int> header = stackalloc int[2];
        Mpi.Receive(MemoryMarshal.AsBytes(header), from: 0);
        var what = new byte[header[1]];
        Mpi.Receive(what, from: 0);
        return ((Word)header[0], what);
    }

    /// <summary>The first process's values become everybody's.</summary>
    internal void Spread(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var near = Spans.CanRead(tensor) ? tensor : tensor.detach().cpu().contiguous();
        Mpi.Spread(near.bytes);
        if (!ReferenceEquals(near, tensor) && !Leads)
            tensor.copy_(near);
    }

    /// <summary>Adds up all processes' gradients, and what each has of <paramref name="loss"/>.</summary>
    internal double Sum(IEnumerable<Parameter> parameters, double loss)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var learned = parameters.Where(parameter => parameter.requires_grad).ToArray();
        var length = checked((int)learned.Sum(parameter => parameter.NumberOfElements) + 1);
        if (gradients.Length != length)
            gradients = new float[length];
        gradients[^1] = (float)loss;
        var from = 0;
        foreach (var parameter in learned)
        {
            if (parameter.grad is null)
                parameter.grad = zeros_like(parameter, requires_grad: false).DetachFromDisposeScope();
            var part = gradients.AsSpan(from, (int)parameter.NumberOfElements);
            Spans.Of(parameter.grad!.cpu().contiguous()).CopyTo(part);
            from += part.Length;
        }
        Mpi.Sum(gradients);
        from = 0;
        foreach (var parameter in learned)
        {
            var part = gradients.AsSpan(from, (int)parameter.NumberOfElements);
            if (Spans.CanRead(parameter.grad!))
                part.CopyTo(Spans.Of(parameter.grad!));
            else
                parameter.grad!.copy_(tensor(part.ToArray()).view(parameter.shape));
            from += part.Length;
        }
        return gradients[^1];
    }

    public void End()
    {
        if (Leads)
            Tell(Word.End, []);
        Mpi.End();
    }
}
