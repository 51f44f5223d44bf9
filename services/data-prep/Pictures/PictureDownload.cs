using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using ModelOps.Pictures;
using ModelOps.ServiceDefaults.Outgoing;

namespace ModelOps.DataPrep.Pictures;

/// <param name="Content">Null where it is what is known already.</param>
/// <param name="ETag">By which a later import asks whether it has changed.</param>
internal sealed record DownloadedPicture(byte[]? Content, string? ETag);

/// <summary>
/// Fetches pictures from addresses that a catalogue names. Private addresses are refused where each connection is made, also after a
/// redirect and for names that lead to one (<see cref="GuardedConnections"/>); time, size and content type are limited.
/// </summary>
internal sealed class PictureDownload : IDisposable
{
    private const int MostRedirects = 3, BlockSize = 64 * 1024, LongestETag = 500;
    private readonly PictureOptions options;
    private readonly TimeProvider time;
    private readonly HttpClient http;

    public PictureDownload(IOptions<PictureOptions> options, TimeProvider time)
    {
        (this.options, this.time) = (options.Value, time);
        var connections = new GuardedConnections([.. this.options.AllowedNetworks.Select(IPNetwork.Parse)], "Pictures:AllowedNetworks", allowsPlainHttp: true);
        http = new HttpClient(connections.Handler()) { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("ModelOps", "1.0"));
        http.DefaultRequestHeaders.Accept.ParseAdd("image/jpeg, image/png, image/webp, image/gif, image/*;q=0.5, video/*;q=0.4");
    }

    /// <param name="etag">Of what is known already; null asks in any case.</param>
    /// <exception cref="PictureException">It cannot be fetched; the message says why.</exception>
    public async Task<DownloadedPicture> FetchAsync(string address, string? etag, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                ends.CancelAfter(TimeSpan.FromSeconds(options.TimeoutSeconds));
                return await TryAsync(UriOf(address), etag, ends.Token);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                var refused = exception.InnerException as AddressRefusedException;
                if (refused is not null || attempt >= options.Attempts)
                    throw NotFetched(address, refused?.Message ?? (exception is OperationCanceledException ? $"no answer within {options.TimeoutSeconds} s." : exception.Message));
                await Task.Delay(TimeSpan.FromSeconds(options.PauseSeconds * Math.Pow(2, attempt - 1)), time, cancellationToken);
            }
        }
    }

    private async Task<DownloadedPicture> TryAsync(Uri address, string? etag, CancellationToken cancellationToken)
    {
        for (var hop = 0; hop <= MostRedirects; hop++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (etag is not null)
                request.Headers.TryAddWithoutValidation("If-None-Match", etag);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotModified)
                return new DownloadedPicture(null, etag);
            if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } next)
            {
                address = Uri.TryCreate(address, next, out var target) ? UriOf(target.AbsoluteUri) : throw NotFetched(address.AbsoluteUri, "it is redirected to no address.");
                continue;
            }
            if (response.StatusCode == HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500)
                throw new HttpRequestException($"the answer is {(int)response.StatusCode}.");
            if (!response.IsSuccessStatusCode)
                throw NotFetched(address.AbsoluteUri, $"the answer is {(int)response.StatusCode}.");
            return new DownloadedPicture(await ContentAsync(address, response.Content, cancellationToken), response.Headers.ETag?.ToString() is { Length: <= LongestETag } tag ? tag : null);
        }
        throw NotFetched(address.AbsoluteUri, $"it is redirected more than {MostRedirects} times.");
    }

    private async Task<byte[]> ContentAsync(Uri address, HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentType?.MediaType is { } type && !type.StartsWith("image/", StringComparison.OrdinalIgnoreCase) && !type.StartsWith("video/", StringComparison.OrdinalIgnoreCase) && type != "application/octet-stream" && type != "binary/octet-stream")
            throw NotFetched(address.AbsoluteUri, $"its content type is '{type}', not that of a picture or a video.");
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        using var read = new MemoryStream();
        var block = new byte[BlockSize];
        for (int count; (count = await body.ReadAsync(block, cancellationToken)) > 0;)
        {
            read.Write(block, 0, count);
            if (read.Length > options.MaxBytes)
                throw new PictureException(PictureFault.TooManyBytes, $"{address} has more than {options.MaxBytes} bytes. Name a smaller picture.");
        }
        return read.ToArray();
    }

    private static Uri UriOf(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) && uri.UserInfo.Length == 0
        ? uri
        : throw NotFetched(address, "it is no http or https address.");

    private static PictureException NotFetched(string address, string reason) => new(PictureFault.NotFetched, $"{address} cannot be fetched: {reason}");

    public void Dispose() => http.Dispose();
}
