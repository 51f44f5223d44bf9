using System.Net;
using System.Net.Http.Json;
using ModelOps.Contracts.Datasets;

namespace ModelOps.Trainer.Tests.Runs;

/// <summary>Answers as data-prep does for the one dataset version there is: <c>shop</c>, version 1.</summary>
/// <param name="files">A folder with the version's files; else it has those of <see cref="SmallDataset"/>.</param>
internal sealed class PlayedDataPrep(string? files = null) : HttpMessageHandler
{
    private const string Version = "/v1/datasets/shop/versions/1";
    private readonly Folder folder = new();

    /// <summary>As when its process is dead.</summary>
    public bool IsAway { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (IsAway)
            throw new HttpRequestException("Connection refused");
        var path = request.RequestUri!.AbsolutePath;
        if (path == Version)
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(Described()) };
        if (path == $"{Version}/lineage")
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(new DatasetLineage([new SourceLineage("events.csv", "events", "aa", null)], new DatasetRules(), "test", 0, new Dictionary<string, string>())) };
        if (!path.StartsWith(Version, StringComparison.Ordinal))
            return new HttpResponseMessage(HttpStatusCode.NotFound);
        var file = Path.Combine(files ?? folder.Path, Path.GetFileName(path));
        if (files is null && !File.Exists(file))
            await SmallDataset.WriteAsync(folder.Path);
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(await File.ReadAllBytesAsync(file, cancellationToken)) };
    }

    private DatasetVersion Described() => files is null ? SmallDataset.Version
        : SmallDataset.Version with { Profile = SmallDataset.Version.Profile with { Tables = Directory.GetFiles(files).ToDictionary(file => Path.GetFileNameWithoutExtension(file)!, _ => 1L) } };

    protected override void Dispose(bool disposing)
    {
        folder.Dispose();
        base.Dispose(disposing);
    }
}
