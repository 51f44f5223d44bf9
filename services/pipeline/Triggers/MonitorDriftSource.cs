using System.Net;
using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;

namespace ModelOps.Pipeline.Triggers;

/// <summary>The monitor's latest drift report: <c>GET /v1/models/{model}/drift</c>, a report or a page of reports with the newest first.</summary>
internal sealed class MonitorDriftSource(HttpClient http) : IDriftSource
{
    public async Task<DriftSighting?> FindAsync(StoreId store, string model, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/models/{Uri.EscapeDataString(model)}/drift?limit=1");
        request.Headers.Add(AccessHeaders.Store, store.Value);
        using var response = await http.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        response.EnsureSuccessStatusCode();
        using var json = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        var report = json.RootElement;
        if (report.TryGetProperty("items", out var items))
        {
            if (items.GetArrayLength() == 0)
                return null;
            report = items[0];
        }
        return new DriftSighting(
            report.GetProperty("id").ToString(), report.GetProperty("version").GetInt32(), report.GetProperty("from").GetDateTimeOffset(), report.GetProperty("to").GetDateTimeOffset(),
            report.GetProperty("isDrifted").GetBoolean(), [.. report.GetProperty("reasons").EnumerateArray().Select(reason => reason.ToString())]);
    }
}
