using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace ModelOps.Contracts.Access;

/// <summary>How services hear of the keys that the registry gave.</summary>
public sealed class KeyGrantsClient(HttpClient http)
{
    /// <summary>The keys that work, of every store; for services.</summary>
    /// <param name="tag">Of what the caller has.</param>
    /// <returns>Null where nothing has changed since.</returns>
    public async Task<(IReadOnlyList<KeyGrant> Keys, string Tag)?> FollowAsync(string? tag, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/api-keys/grants");
        if (tag is not null)
            request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(tag));
        using var response = await http.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotModified)
            return null;
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<IReadOnlyList<KeyGrant>>(cancellationToken) ?? [], response.Headers.ETag?.ToString() ?? "");
    }

    /// <summary>Tells what this process has answered today.</summary>
    /// <returns>What all processes together have, by the key's SHA-256, for the keys of the report.</returns>
    public async Task<IReadOnlyDictionary<string, long>> ReportAsync(KeyUsageReport report, CancellationToken cancellationToken = default)
    {
        using var response = await http.PostAsJsonAsync("/v1/api-keys/usage", report, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<IReadOnlyDictionary<string, long>>(cancellationToken) ?? new Dictionary<string, long>();
    }
}
