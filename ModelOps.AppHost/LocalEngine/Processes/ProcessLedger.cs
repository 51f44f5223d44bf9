using System.Text.Json;
using ModelOps.AppHost.LocalEngine.Storage;

namespace ModelOps.AppHost.LocalEngine.Processes;

/// <summary>Which processes this data folder's AppHost started, so that the next one can end what a killed one left behind.</summary>
internal sealed class ProcessLedger
{
    /// <summary>Every process is started with it and passes it on to those it starts.</summary>
    public const string Marker = "MODELOPS_ENGINE_ID";
    private readonly Lock _lock = new();
    private readonly string _path;

    public ProcessLedger(DataFolder folder)
    {
        _path = folder.File("processes.jsonl");
        EngineId = ReadOrCreateId(folder.File("engine-id"));
    }

    public string EngineId { get; }

    public void Record(string resource, ProcessEntry process, Signal stop)
    {
        lock (_lock)
            File.AppendAllText(_path, JsonSerializer.Serialize(new Started(resource, process.Id, process.StartTime, stop)) + "\n");
    }

    /// <summary>Those of the recorded processes that still run.</summary>
    public IReadOnlyList<Started> Remaining() => !File.Exists(_path)
        ? []
        : [.. File.ReadLines(_path).Select(Parse).OfType<Started>().Where(started => ProcessEntry.Read(started.Id)?.StartTime == started.StartTime)];

    public void Clear() => File.Delete(_path);

    // The last line is cut short where the disk was full or the AppHost was killed while it wrote.
    private static Started? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Started>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string ReadOrCreateId(string path)
    {
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } known)
            return known;
        var id = Guid.NewGuid().ToString("N");
        File.WriteAllText(path, id);
        return id;
    }

    public sealed record Started(string Resource, int Id, long StartTime, Signal Stop);
}
