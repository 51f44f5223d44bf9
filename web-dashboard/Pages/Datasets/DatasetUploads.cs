using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Mvc;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Datasets;

namespace ModelOps.Dashboard.Pages.Datasets;

/// <summary>A file and the part of the upload it is: <c>events</c>, <c>products</c> or <c>mapping</c>.</summary>
public sealed record UploadPart(string Kind, IBrowserFile File);

/// <summary>Passes files on from the browser to data-prep, piece by piece.</summary>
public sealed class DatasetUploads(HttpClient http)
{
    private const long MaxBytes = 8L * 1024 * 1024 * 1024;

    /// <exception cref="ServiceException">data-prep refuses the files; the message says why.</exception>
    public async Task<DatasetVersion> SendAsync(StoreId store, string dataset, IReadOnlyList<UploadPart> parts, Action<long> progress, CancellationToken cancellationToken)
    {
        using var form = new MultipartFormDataContent();
        long done = 0;
        foreach (var part in parts)
            form.Add(new StreamContent(new CountedStream(part.File.OpenReadStream(MaxBytes, cancellationToken), count => progress(done += count))), part.Kind, part.File.Name);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/datasets?name={Uri.EscapeDataString(dataset)}") { Content = form };
        request.Headers.Add(AccessHeaders.Store, store.Value);
        using var response = await http.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode)
            return (await response.Content.ReadFromJsonAsync<DatasetVersion>(cancellationToken))!;
        var problem = response.Content.Headers.ContentType?.MediaType == "application/problem+json" ? await response.Content.ReadFromJsonAsync<ProblemDetails>(cancellationToken) : null;
        throw new ServiceException(response.StatusCode, problem?.Type, problem?.Detail ?? problem?.Title ?? $"data-prep answered {(int)response.StatusCode}.");
    }
}

internal static class DatasetUploadsRegistration
{
    public static void AddDatasetUploads(this IServiceCollection services)
    {
        var client = services.AddHttpClient<DatasetUploads>((provider, http) =>
        {
            http.CallService("data-prep", provider.GetRequiredService<IConfiguration>());
            http.Timeout = Timeout.InfiniteTimeSpan;
        });
#pragma warning disable EXTEXP0001 // An upload takes as long as it takes, and its stream cannot be sent twice.
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
    }
}
