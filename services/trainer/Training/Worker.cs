using System.Runtime.InteropServices;
using ModelOps.Trainer.Applications;
using ModelOps.Trainer.DataParallel;
using ModelOps.Trainer.Imports;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Trees;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Training;

/// <summary>
/// The process that trains one run: <c>ModelOps.Trainer worker &lt;folder&gt;</c>. It reads the folder's <c>request.json</c> and dataset
/// files, prints a <see cref="WorkerMessage"/> a line and leaves the package in the folder. 0 is success, 1 a failure that it
/// has explained; anything else is a crash.
/// </summary>
public static class Worker
{
    public const string Command = "worker";

    /// <summary>Given by the service: the worker ends when the service's end of its standard input closes.</summary>
    public const string Attached = "--attached";

    private const int Orphaned = 3;

    private static readonly TimeSpan AfterWords = TimeSpan.FromSeconds(1);

    /// <summary>How an <see cref="IOException"/> says that the disk is full: the system's ENOSPC, and .NET's own when it reserves space.</summary>
    private const int NoSpace = 28, DiskFull = unchecked((int)0x80070070);

    public static async Task<int> RunAsync(string folder, bool attached)
    {
        // Others than the first get no input of their own; mpirun ends them.
        if (attached && Environment.GetEnvironmentVariable(Mpi.RankVariable) is null or "0")
            new Thread(ExitWithParent) { IsBackground = true }.Start();
        try
        {
            var group = Group.TryJoin();
            set_num_threads(Environment.ProcessorCount);
            if (group is { Leads: false })
            {
                Follower.Run(group);
                return 0;
            }
            await TrainAsync(folder, message => Console.WriteLine(message.ToLine()), group);
            group?.End();
            return 0;
        }
        catch (Exception exception) when (exception is TrainingException or ParityException or ImportException or TreesException or DllNotFoundException)
        {
            await ExplainAsync(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or ExternalException or DuckDB.NET.Data.DuckDBException)
        {
            await Console.Error.WriteLineAsync(exception.ToString());
            await ExplainAsync(Explain(exception));
        }
        return 1;
    }

    private static async Task ExplainAsync(string error)
    {
        Console.WriteLine(new WorkerMessage(Error: error).ToLine());
        if (Environment.GetEnvironmentVariable(Mpi.RankVariable) is not null)
            await Task.Delay(AfterWords); // mpirun ends all once one has failed, and drops what it has not read by then
    }

    /// <summary>The whole training in this process.</summary>
    public static async Task<TrainingResult> TrainAsync(string folder, Action<WorkerMessage> report, Group? group = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        var task = await TrainingTask.ReadAsync(folder);
        var result = await ApplicationList.Of(task.Application).TrainAsync(task, folder, report, group);
        report(new WorkerMessage(Result: result));
        return result;
    }

    private static string Explain(Exception exception) => exception.HResult is NoSpace or DiskFull
        ? $"The disk of the trainer is full: {exception.Message} Free space where its setting Trainer:WorkFolder points, and start the run again."
        : $"{exception.GetType().Name}: {exception.Message}";

    private static void ExitWithParent()
    {
        while (Console.In.ReadLine() is not null)
        {
        }
        Environment.Exit(Orphaned);
    }
}
