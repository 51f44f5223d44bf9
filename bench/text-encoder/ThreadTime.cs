using System.Runtime.InteropServices;

namespace ModelOps.Bench.TextEncoder;

/// <summary>Processor time of the present thread: what else the machine does does not count. Linux.</summary>
internal static partial class ThreadTime
{
    private const int ThreadClock = 3; // CLOCK_THREAD_CPUTIME_ID

    public static double Milliseconds() => GetTime(ThreadClock, out var time) == 0 ? time.Seconds * 1e3 + time.Nanoseconds / 1e6 : throw new InvalidOperationException("The clock of a thread's processor time cannot be read.");

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    private struct Time
    {
        public long Seconds, Nanoseconds;
    }
}
