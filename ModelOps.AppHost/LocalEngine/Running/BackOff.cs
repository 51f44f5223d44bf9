namespace ModelOps.AppHost.LocalEngine.Running;

/// <summary>Half a second, then twice as long each time, at most half a minute; from the start again after a healthy minute.</summary>
internal sealed class BackOff(TimeProvider? time = null)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Recovered = TimeSpan.FromMinutes(1);
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private long? _healthySince;

    public TimeSpan Peek { get; private set; } = First;

    public TimeSpan Next()
    {
        var pause = Peek;
        Peek = pause * 2 < Longest ? pause * 2 : Longest;
        _healthySince = null;
        return pause;
    }

    public void SeenHealthy()
    {
        _healthySince ??= _time.GetTimestamp();
        if (_time.GetElapsedTime(_healthySince.Value) >= Recovered)
            Peek = First;
    }
}
