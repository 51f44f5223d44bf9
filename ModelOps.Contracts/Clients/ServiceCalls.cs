using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Mvc;

namespace ModelOps.Contracts.Clients;

/// <summary>How one service calls another: for a store, with problem details turned into a <see cref="ServiceException"/>.</summary>
internal static class ServiceCalls
{
    /// <summary>Of an upload's connection, after which it is given up.</summary>
    private const int MostBreaks = 10;

    public static async Task<T> GetAsync<T>(this HttpClient http, StoreId store, string path, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(Request(store, HttpMethod.Get, path), cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    public static async Task<T?> FindAsync<T>(this HttpClient http, StoreId store, string path, CancellationToken cancellationToken) where T : class
    {
        using var response = await http.SendAsync(Request(store, HttpMethod.Get, path), cancellationToken);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync<T>(response, cancellationToken);
    }

    public static async Task<T> SendAsync<T>(this HttpClient http, StoreId store, HttpMethod method, string path, object? body, string? idempotencyKey, CancellationToken cancellationToken, string? actor = null)
    {
        using var response = await http.SendAsync(Request(store, method, path, body, idempotencyKey, actor), cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    public static async Task SendAsync(this HttpClient http, StoreId store, HttpMethod method, string path, object? body, string? idempotencyKey, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(Request(store, method, path, body, idempotencyKey), cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
    }

    public static async Task UploadAsync(this HttpClient http, StoreId store, string path, string file, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(file);
        using var request = Request(store, HttpMethod.Put, path);
        request.Content = new StreamContent(content);
        using var response = await http.SendAsync(request, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
    }

    /// <summary>
    /// In parts of <paramref name="partBytes"/>, in the words of the IETF's "Resumable Uploads for HTTP": a connection that breaks costs one,
    /// and whoever tries again goes on where it ended.
    /// </summary>
    public static async Task UploadInPartsAsync(this HttpClient http, StoreId store, string path, string file, int partBytes, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(file);
        var buffer = new byte[partBytes];
        var breaks = 0;
        for (var (offset, isComplete) = (await OffsetAsync(http, store, path, cancellationToken), false); !isComplete;)
        {
            content.Position = Math.Min(offset, content.Length);
            var length = await content.ReadAtLeastAsync(buffer, partBytes, throwOnEndOfStream: false, cancellationToken);
            using var request = Request(store, HttpMethod.Patch, path);
            request.Content = new ByteArrayContent(buffer, 0, length);
            request.Headers.Add(UploadHeaders.Offset, offset.ToString(CultureInfo.InvariantCulture));
            request.Headers.Add(UploadHeaders.Complete, content.Position == content.Length ? "?1" : "?0");
            try
            {
                using var response = await http.SendAsync(request, cancellationToken);
                if (response.StatusCode != HttpStatusCode.Conflict || ++breaks > MostBreaks)
                    await ThrowIfRefusedAsync(response, cancellationToken);
                offset = response.IsSuccessStatusCode ? content.Position : await OffsetAsync(http, store, path, cancellationToken);
                isComplete = response.IsSuccessStatusCode && offset == content.Length;
            }
            catch (HttpRequestException) when (++breaks <= MostBreaks)
            {
                offset = await OffsetAsync(http, store, path, cancellationToken);
            }
        }
    }

    /// <summary>Where a file that arrives in parts stands; 0 for one of which nothing has arrived, or that is whole and is put anew.</summary>
    private static async Task<long> OffsetAsync(HttpClient http, StoreId store, string path, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(Request(store, HttpMethod.Head, path), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return 0;
        await ThrowIfRefusedAsync(response, cancellationToken);
        return response.Headers.GetValues(UploadHeaders.Complete).Single() == "?1" ? 0 : long.Parse(response.Headers.GetValues(UploadHeaders.Offset).Single(), CultureInfo.InvariantCulture);
    }

    public static async Task<T> PostFileAsync<T>(this HttpClient http, StoreId store, string path, string file, string? idempotencyKey, CancellationToken cancellationToken, string? actor = null)
    {
        await using var content = File.OpenRead(file);
        using var request = Request(store, HttpMethod.Post, path, null, idempotencyKey, actor);
        request.Content = new StreamContent(content);
        using var response = await http.SendAsync(request, cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    public static async Task<T> PostBytesAsync<T>(this HttpClient http, StoreId store, string path, byte[] content, CancellationToken cancellationToken)
    {
        using var request = Request(store, HttpMethod.Post, path);
        request.Content = new ByteArrayContent(content);
        using var response = await http.SendAsync(request, cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    public static async Task<byte[]?> FindBytesAsync(this HttpClient http, StoreId store, string path, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(Request(store, HttpMethod.Get, path), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        await ThrowIfRefusedAsync(response, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    public static async Task DownloadAsync(this HttpClient http, StoreId store, string path, string file, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(Request(store, HttpMethod.Get, path), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        await using var target = File.Create(file);
        await response.Content.CopyToAsync(target, cancellationToken);
    }

    /// <summary>An answer whose body has not been read yet.</summary>
    public static Task<HttpResponseMessage> OpenAsync(this HttpClient http, StoreId store, string path, CancellationToken cancellationToken) =>
        http.OpenAsync(store, HttpMethod.Get, path, null, cancellationToken);

    public static async Task<HttpResponseMessage> OpenAsync(this HttpClient http, StoreId store, HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        var response = await http.SendAsync(Request(store, method, path, body), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        try
        {
            await ThrowIfRefusedAsync(response, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static HttpRequestMessage Request(StoreId store, HttpMethod method, string path, object? body = null, string? idempotencyKey = null, string? actor = null)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add(AccessHeaders.Store, store.Value);
        if (idempotencyKey is not null)
            request.Headers.Add(IdempotencyKey.Header, idempotencyKey);
        if (actor is not null)
            request.Headers.Add(AccessHeaders.Actor, Uri.EscapeDataString(actor)); // a name may have any letters, a header may not
        if (body is not null)
            request.Content = JsonContent.Create(body);
        return request;
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await ThrowIfRefusedAsync(response, cancellationToken);
        return await response.Content.ReadFromJsonAsync<T>(cancellationToken)
            ?? throw new ServiceException(response.StatusCode, null, $"{response.RequestMessage?.RequestUri} answered with an empty body.");
    }

    private static async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
            return;
        var problem = response.Content.Headers.ContentType?.MediaType is "application/problem+json"
            ? await response.Content.ReadFromJsonAsync<ProblemDetails>(cancellationToken)
            : null;
        var message = problem is null
            ? $"{response.RequestMessage?.RequestUri} answered {(int)response.StatusCode}."
            : problem.Detail ?? problem.Title ?? $"Status {(int)response.StatusCode}";
        throw new ServiceException(response.StatusCode, problem?.Type, message);
    }
}
