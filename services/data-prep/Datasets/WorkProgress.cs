using ModelOps.Contracts.Datasets;

namespace ModelOps.DataPrep.Datasets;

/// <summary>
/// Counts what a version in the making has done. It travels with the call, as <see cref="System.Diagnostics.Activity.Current"/>
/// does, so that who reads a file need not be handed it; work that nobody follows counts for itself. Safe for several threads.
/// </summary>
internal sealed class WorkProgress : IProgress<long>
{
    private static readonly AsyncLocal<WorkProgress?> Ambient = new();
    private readonly Lock turn = new();
    private string step = "";
    private int parts, announced, files, totalFiles;
    private long bytes, totalBytes, rows, current;
    private bool isSizeKnown;

    /// <summary>The progress of the work that the caller belongs to.</summary>
    public static WorkProgress Current
    {
        get => Ambient.Value ??= new WorkProgress();
        set => Ambient.Value = value;
    }

    /// <summary>Null before the first step.</summary>
    public ImportProgress? Snapshot
    {
        get
        {
            lock (turn)
            {
                var isKnown = parts > 0 && announced == parts;
                return step == "" ? null : new ImportProgress(step, files, isKnown ? totalFiles : null, bytes + current, isKnown && isSizeKnown ? totalBytes : null, rows);
            }
        }
    }

    /// <param name="step">One of <see cref="ImportProgress.Step"/>.</param>
    /// <param name="parts">How often <see cref="Announce"/> will be called; 0 for a step that does not go by files.</param>
    public void Begin(string step, int parts = 0)
    {
        lock (turn)
        {
            (this.step, this.parts, announced, files, totalFiles) = (step, parts, 0, 0, 0);
            (bytes, totalBytes, rows, current, isSizeKnown) = (0, 0, 0, 0, true);
        }
    }

    /// <summary>What a part of the step has to do.</summary>
    /// <param name="size">In bytes; null where only the end will tell.</param>
    public void Announce(int count, long? size)
    {
        lock (turn)
        {
            announced++;
            totalFiles += count;
            totalBytes += size ?? 0;
            isSizeKnown &= size is not null;
        }
    }

    /// <summary>How many bytes of the file at hand were read.</summary>
    public void Report(long value)
    {
        lock (turn)
            current = value;
    }

    public void AddRows(long count)
    {
        lock (turn)
            rows += count;
    }

    /// <summary>The file at hand is done with.</summary>
    public void FileDone(long size)
    {
        lock (turn)
        {
            files++;
            bytes += size;
            current = 0;
        }
    }
}
