using System.Collections.Concurrent;

namespace ModelOps.AppHost.LocalEngine.Running;

/// <summary>What was said about which resource lately, so that it is not said by everyone who waits for it.</summary>
internal sealed class WaitReports
{
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(20);
    private readonly ConcurrentDictionary<string, long> _said = new();

    public bool IsNews(string resource)
    {
        var now = TimeProvider.System.GetTimestamp();
        return _said.TryAdd(resource, now)
            || (_said.TryGetValue(resource, out var last) && TimeProvider.System.GetElapsedTime(last, now) > Lately && _said.TryUpdate(resource, now, last));
    }
}
