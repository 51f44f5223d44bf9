using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Mvc.Testing;
using ModelOps.Contracts;
using ModelOps.Contracts.Access;
using ModelOps.Contracts.Audit;
using ModelOps.DataPrep.Datasets;
using ModelOps.Pipeline.Runs;
using Npgsql;

namespace ModelOps.Tests.Access;

public sealed class AuditTests(Stores stores)
{
    [Fact]
    public async Task AChange_IsWrittenWithByWhomAndWhatHeld()
    {
        await using var service = await stores.StartAsync<PipelineDb>(["pipelinedb"], AccessTable.Guard);
        using var http = ClientOf(service, "Anna Ö.", RoleName.Operator);
        using (var put = await http.PutAsJsonAsync("/v1/automation", new { paused = true, reason = "sale" }))
            Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        using (var refused = await http.PutAsJsonAsync("/v1/automation", new { paused = true }))
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        await http.GetAsync("/v1/automation");

        var entries = (await (await http.GetAsync("/v1/audit")).ReadAsync<Page<AuditEntry>>()).Items;
        Assert.Equal([400, 200], entries.Select(entry => entry.Status));
        var done = entries[1];
        Assert.Equal(("Anna Ö.", RoleName.Operator, "PUT /v1/automation"), (done.By, done.Role, done.Action));
        Assert.Contains("sale", done.Request, StringComparison.Ordinal);
        Assert.Contains("\"paused\":false", done.Before, StringComparison.Ordinal);
        Assert.Contains("\"paused\":true", done.After, StringComparison.Ordinal);
        Assert.Empty((await (await http.GetAsync("/v1/audit?by=somebody")).ReadAsync<Page<AuditEntry>>()).Items);
        var first = await (await http.GetAsync("/v1/audit?limit=1")).ReadAsync<Page<AuditEntry>>();
        Assert.Equal(done.Id, Assert.Single((await (await http.GetAsync($"/v1/audit?after={first.Next}")).ReadAsync<Page<AuditEntry>>()).Items).Id);
    }

    [Fact]
    public async Task AnEntry_CanNeitherBeChangedNorRemoved()
    {
        await using var service = await stores.StartAsync<PipelineDb>(["pipelinedb"], AccessTable.Guard);
        using var http = ClientOf(service, "anna", RoleName.Operator);
        using (await http.PutAsJsonAsync("/v1/automation", new { paused = false }))
        {
        }
        await using var database = NpgsqlDataSource.Create(service.Settings["ConnectionStrings:pipelinedb"]);
        foreach (var sql in new[] { "DELETE FROM audit", "UPDATE audit SET actor = 'nobody'", "UPDATE audit SET status = 500", "TRUNCATE audit" })
        {
            await using var command = database.CreateCommand(sql);
            Assert.Contains("append-only", (await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync())).Message, StringComparison.Ordinal);
        }
        Assert.Single((await (await http.GetAsync("/v1/audit")).ReadAsync<Page<AuditEntry>>()).Items);
    }

    [Fact]
    public async Task AnErasure_IsWrittenWithoutThePerson()
    {
        await using var service = await stores.StartAsync<DatasetsDb>(["datasetsdb", "eventsdb"], AccessTable.Guard);
        using var http = ClientOf(service, "anna", RoleName.Administrator);
        using (await http.DeleteAsync("/v1/users/shopper-4711"))
        {
        }
        var text = await http.GetStringAsync("/v1/audit");
        Assert.Contains("DELETE /v1/users/{id}", text, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARefusalByRole_IsWrittenToo()
    {
        await using var service = await stores.StartAsync<PipelineDb>(["pipelinedb"], AccessTable.Guard);
        using var viewer = ClientOf(service, "bert", RoleName.Viewer);
        using (var refused = await viewer.PutAsJsonAsync("/v1/automation", new { paused = true, reason = "no" }))
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        var entry = Assert.Single((await (await viewer.GetAsync("/v1/audit")).ReadAsync<Page<AuditEntry>>()).Items);
        Assert.Equal((403, "bert", RoleName.Viewer), (entry.Status, entry.By, entry.Role));
    }

    [Theory]
    [InlineData("not a guid")]
    [InlineData("'; DROP TABLE audit; --")]
    public async Task Garbage_IsRefused(string after)
    {
        await using var service = await stores.StartAsync<PipelineDb>(["pipelinedb"]);
        using var http = service.CreateClient();
        await (await http.GetAsync($"/v1/audit?after={Uri.EscapeDataString(after)}")).ProblemAsync(HttpStatusCode.BadRequest, "audit");
        using var odd = new StringContent("{\"paused\":\0}", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PutAsync("/v1/automation", odd)).StatusCode);
    }

    private static HttpClient ClientOf<T>(Service<T> service, string actor, string role) where T : class
    {
        // Without the handler of redirects, which would give every body a length.
        var client = service.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        client.DefaultRequestHeaders.Add("x-api-key", AccessTable.ServiceKey);
        client.DefaultRequestHeaders.Add("x-modelops-store", "audited");
        client.DefaultRequestHeaders.Add("x-modelops-actor", Uri.EscapeDataString(actor));
        client.DefaultRequestHeaders.Add("x-modelops-role", role);
        return client;
    }
}
