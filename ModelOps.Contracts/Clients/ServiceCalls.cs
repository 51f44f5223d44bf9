using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Mvc;

namespace ModelOps.Contracts.Clients;

/// <summary>How one service calls another: for a store, with problem details turned into a <see cref="ServiceException"/>.</summary>
internal static class ServiceCalls
{
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

    public static async Task<T> PostFileAsync<T>(this HttpClient http, StoreId store, string path, string file, string? idempotencyKey, CancellationToken cancellationToken, string? actor = null)
    {
        await using var content = File.OpenRead(file);
        using var request = Request(store, HttpMethod.Post, path, null, idempotencyKey, actor);
        request.Content = new StreamContent(content);
        using var response = await http.SendAsync(request, cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    public static async Task DownloadAsync(this HttpClient http, StoreId store, string path, string file, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(Request(store, HttpMethod.Get, path), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        await using var target = File.Create(file);
        await response.Content.CopyToAsync(target, cancellationToken);
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
