using System.Runtime.InteropServices;

namespace ModelOps.Trainer.DataParallel;

/// <summary>
/// The few functions of Open MPI 4 that training needs (https://www.mpi-forum.org/docs/mpi-3.1/). Its handles are addresses of symbols.
/// A call that fails ends every process of the run: that is MPI's own rule.
/// </summary>
internal static partial class Mpi
{
    private const string Library = "libmpi.so.40";
    private const int Funneled = 1; // only the thread that called MPI_Init calls MPI
    private const int RtldNow = 2, RtldGlobal = 0x100;
    private const nint InPlace = 1, NoStatus = 0;
    private static nint world, floats, bytes, sum;

    /// <summary>Open MPI's own name for the process's number; set by mpirun before the process begins.</summary>
    public const string RankVariable = "OMPI_COMM_WORLD_RANK";

    /// <summary>True in a process that mpirun started.</summary>
    public static bool IsLaunched => Environment.GetEnvironmentVariable(RankVariable) is not null;

    /// <returns>This process's number and how many there are.</returns>
    public static (int Rank, int Size) Start()
    {
        // Its plug-ins look for its symbols among the global ones.
        var library = OpenLibrary(Library, RtldNow | RtldGlobal);
        if (library == 0)
            throw new DllNotFoundException($"{Library} cannot be loaded. Install Debian's openmpi-bin on every host, or set 'workers' to 1.");
        (world, floats, bytes, sum) = (Export("ompi_mpi_comm_world"), Export("ompi_mpi_float"), Export("ompi_mpi_byte"), Export("ompi_mpi_op_sum"));
        Check(InitThread(0, 0, Funneled, out _));
        Check(CommRank(world, out var rank));
        Check(CommSize(world, out var size));
        return (rank, size);

        nint Export(string name) => NativeLibrary.GetExport(library, name);
    }

    /// <summary>Every process's <paramref name="values"/> become the sum of all; the same bits in each.</summary>
    public static unsafe void Sum(Span<float> values)
    {
        fixed (float* first = values)
            Check(Allreduce(InPlace, (nint)first, values.Length, floats, sum, world));
    }

    /// <summary>The first process's <paramref name="values"/> become everybody's.</summary>
    public static unsafe void Spread(Span<byte> values)
    {
        fixed (byte* first = values)
            Check(Broadcast((nint)first, values.Length, bytes, 0, world));
    }

    public static unsafe void Send(ReadOnlySpan<byte> values, int to)
    {
        fixed (byte* first = values)
            Check(Send((nint)first, values.Length, bytes, to, 0, world));
    }

    public static unsafe void Receive(Span<byte> values, int from)
    {
        fixed (byte* first = values)
            Check(Receive((nint)first, values.Length, bytes, from, 0, world, NoStatus));
    }

    /// <summary>True when something from <paramref name="from"/> waits to be received.</summary>
    public static bool Waits(int from)
    {
        Check(Probe(from, 0, world, out var waits, NoStatus));
        return waits != 0;
    }

    public static void End() => Check(Finalize());

    private static void Check(int code)
    {
        if (code != 0)
            throw new InvalidOperationException($"MPI failed with code {code}.");
    }

    [LibraryImport("libc", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenLibrary(string name, int flags);

    [LibraryImport(Library, EntryPoint = "MPI_Init_thread")]
    private static partial int InitThread(nint count, nint arguments, int required, out int provided);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_rank")]
    private static partial int CommRank(nint communicator, out int rank);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_size")]
    private static partial int CommSize(nint communicator, out int size);

    [LibraryImport(Library, EntryPoint = "MPI_Allreduce")]
    private static partial int Allreduce(nint send, nint receive, int count, nint type, nint operation, nint communicator);

    [LibraryImport(Library, EntryPoint = "MPI_Bcast")]
    private static partial int Broadcast(nint buffer, int count, nint type, int root, nint communicator);

    [LibraryImport(Library, EntryPoint = "MPI_Send")]
    private static partial int Send(nint buffer, int count, nint type, int to, int tag, nint communicator);

    [LibraryImport(Library, EntryPoint = "MPI_Recv")]
    private static partial int Receive(nint buffer, int count, nint type, int from, int tag, nint communicator, nint status);

    [LibraryImport(Library, EntryPoint = "MPI_Iprobe")]
    private static partial int Probe(int from, int tag, nint communicator, out int waits, nint status);

    [LibraryImport(Library, EntryPoint = "MPI_Finalize")]
    private static partial int Finalize();
}
