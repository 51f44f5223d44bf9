using System.Net;
using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Datasets;

namespace ModelOps.Tests.Uploads;

public sealed class UploadsApiTests(Stores stores) : IAsyncLifetime
{
    private Service<DatasetsDb> service = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<DatasetsDb>(["datasetsdb", "eventsdb"]);
        http = service.CreateClient();
    }

    [Fact]
    public async Task Upload_InParts_IsTheWholeFile()
    {
        var content = new byte[9_000_000];
        new Random(7).NextBytes(content);
        var begun = await BeginAsync([], "?0", content.Length);

        var first = await AppendAsync(begun.Id, 0, content[..5_000_000], "?0");
        Assert.Equal((HttpStatusCode.NoContent, "5000000", "?0"), (first.StatusCode, Header(first, "Upload-Offset"), Header(first, "Upload-Complete")));
        var asked = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/v1/uploads/{begun.Id}"));
        Assert.Equal(("5000000", "9000000"), (Header(asked, "Upload-Offset"), Header(asked, "Upload-Length")));
        var last = await (await AppendAsync(begun.Id, 5_000_000, content[5_000_000..], "?1")).ReadAsync<UploadStatus>();

        Assert.True(last.IsComplete);
        Assert.Equal(content.Length, last.Offset);
    }

    [Fact]
    public async Task Append_WhoseConnectionBreaks_GoesOnFromTheOffset()
    {
        var content = new byte[9_000_000];
        new Random(11).NextBytes(content);
        var begun = await BeginAsync([], "?0", content.Length);
        using var broken = Request(begun.Id, 0, new StreamContent(new BreakingStream(content[..6_000_000])), "?1");
        await Assert.ThrowsAnyAsync<Exception>(() => http.SendAsync(broken));

        // As a client does: ask for the offset and go on; the broken request may still be storing what had arrived.
        await Eventually.TrueAsync(async () =>
        {
            var offset = (await StatusAsync(begun.Id)).Offset;
            return (await AppendAsync(begun.Id, offset, content[(int)offset..], "?1")).StatusCode == HttpStatusCode.OK;
        }, "the rest to be taken");

        var blob = await service.Services.GetRequiredService<BlobContainerClient>().GetBlobClient($"main/uploads/{begun.Id}").DownloadContentAsync();
        Assert.Equal(content, blob.Value.Content.ToArray());
    }

    [Fact]
    public async Task Append_TwoAtOnce_OneIsTakenWhole()
    {
        var contents = new[] { new byte[6_000_000], new byte[6_000_000] };
        Array.Fill(contents[1], (byte)1);
        var begun = await BeginAsync([], "?0");

        var answers = await Task.WhenAll(contents.Select(content => AppendAsync(begun.Id, 0, content, "?1")));

        var taken = Assert.Single(answers.Index(), answer => answer.Item.StatusCode == HttpStatusCode.OK);
        var blob = await service.Services.GetRequiredService<BlobContainerClient>().GetBlobClient($"main/uploads/{begun.Id}").DownloadContentAsync();
        Assert.Equal(contents[taken.Index], blob.Value.Content.ToArray());
    }

    [Fact]
    public async Task Append_AtAnotherOffset_SaysWhereToGoOn()
    {
        var begun = await BeginAsync("abc"u8.ToArray(), "?0");

        var detail = await ProblemAsync(await AppendAsync(begun.Id, 7, "x"u8.ToArray(), "?1"), HttpStatusCode.Conflict, "https://iana.org/assignments/http-problem-types#mismatching-upload-offset");

        Assert.Contains("Go on from 3", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Append_AfterTheEnd_IsRefused()
    {
        var begun = await BeginAsync("abc"u8.ToArray(), "?1");

        await ProblemAsync(await AppendAsync(begun.Id, 3, "x"u8.ToArray(), "?1"), HttpStatusCode.BadRequest, "https://iana.org/assignments/http-problem-types#completed-upload");
    }

    [Fact]
    public async Task Append_MoreOrLessThanAnnounced_IsRefused()
    {
        var shorter = await BeginAsync([], "?0", 10);
        Assert.Contains("says 10", await (await AppendAsync(shorter.Id, 0, "abc"u8.ToArray(), "?1")).ProblemAsync(HttpStatusCode.BadRequest, "upload"), StringComparison.Ordinal);
        Assert.Contains("says 10", await (await AppendAsync(shorter.Id, 3, new byte[20], "?0")).ProblemAsync(HttpStatusCode.BadRequest, "upload"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_GivesItUp()
    {
        var begun = await BeginAsync("abc"u8.ToArray(), "?0");

        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync($"/v1/uploads/{begun.Id}")).StatusCode);

        await (await http.GetAsync($"/v1/uploads/{begun.Id}")).ProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    private async Task<UploadStatus> BeginAsync(byte[] content, string complete, long? length = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/uploads?file=events.csv") { Content = new ByteArrayContent(content) };
        request.Headers.Add("Upload-Complete", complete);
        if (length is not null)
            request.Headers.Add("Upload-Length", $"{length}");
        var response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var status = await response.ReadAsync<UploadStatus>();
        Assert.Equal($"/v1/uploads/{status.Id}", response.Headers.Location?.ToString());
        return status;
    }

    private async Task<UploadStatus> StatusAsync(Guid id) => await (await http.GetAsync($"/v1/uploads/{id}")).ReadAsync<UploadStatus>();

    private async Task<HttpResponseMessage> AppendAsync(Guid id, long offset, byte[] content, string complete)
    {
        using var request = Request(id, offset, new ByteArrayContent(content), complete);
        return await http.SendAsync(request);
    }

    private static HttpRequestMessage Request(Guid id, long offset, HttpContent content, string complete)
    {
        content.Headers.ContentType = new("application/partial-upload");
        return new HttpRequestMessage(HttpMethod.Patch, $"/v1/uploads/{id}") { Content = content, Headers = { { "Upload-Offset", $"{offset}" }, { "Upload-Complete", complete } } };
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();

    private static async Task<string> ProblemAsync(HttpResponseMessage response, HttpStatusCode status, string type)
    {
        Assert.Equal(status, response.StatusCode);
        var body = await response.Content.ReadAsStringAsync();
        Assert.Contains(type, body, StringComparison.Ordinal);
        return body;
    }

    /// <summary>Gives its content, then breaks.</summary>
    private sealed class BreakingStream(byte[] content) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new IOException("The connection broke.");
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
