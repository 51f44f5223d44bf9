using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Runs;

namespace ModelOps.Tests.Pipeline;

/// <summary>A store's own definitions of pipelines, over the real database.</summary>
public sealed class EditsTests(Stores stores) : IAsyncLifetime
{
    private static readonly StoreId Other = new("other");

    private Service<PipelineDb> service = null!;
    private HttpClient http = null!;
    private PipelineClient pipeline = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<PipelineDb>(["pipelinedb"]);
        http = service.CreateClient();
        pipeline = new PipelineClient(http);
    }

    [Fact]
    public async Task Edit_CountsInItsStore_UntilTheFileIsRestored()
    {
        var file = await FindAsync(StoreId.Main, "recommend");
        Assert.Equal((0, false), (file.Edit, file.IsEdited));

        var edited = file.Yaml + "\n# of our own\n";
        var put = await pipeline.PutPipelineAsync(StoreId.Main, "recommend", new NewPipelineEdit(edited, "a remark", 0));
        var after = await FindAsync(StoreId.Main, "recommend");
        Assert.Equal((1, edited, 1, true), (put.Version, after.Yaml, after.Edit, after.IsEdited));
        Assert.Equal(file.Yaml, (await FindAsync(Other, "recommend")).Yaml);

        var restored = await pipeline.RestorePipelineAsync(StoreId.Main, "recommend", "the file is better", 1);
        after = await FindAsync(StoreId.Main, "recommend");
        Assert.Equal((2, null, file.Yaml, 2, false), (restored.Version, restored.Yaml, after.Yaml, after.Edit, after.IsEdited));
        Assert.Equal([(2, null, "the file is better"), (1, edited, "a remark")], (await pipeline.GetPipelineHistoryAsync(StoreId.Main, "recommend")).Select(edit => (edit.Version, edit.Yaml, edit.Reason)));
        Assert.Empty(await pipeline.GetPipelineHistoryAsync(Other, "recommend"));
        Assert.Equal(3, (await pipeline.PutPipelineAsync(StoreId.Main, "recommend", new NewPipelineEdit(edited, "again", 2))).Version);
    }

    [Fact]
    public async Task Edit_ThatThisReleaseFindsFaultWith_IsPassedOver_AndSaysSo()
    {
        var file = await FindAsync(StoreId.Main, "recommend");
        await using (var scope = service.Services.CreateAsyncScope())
        {
            // As an earlier release took it.
            var database = scope.ServiceProvider.GetRequiredService<PipelineDb>();
            foreach (var name in new[] { "recommend", "ours" })
                database.PipelineEdits.Add(new() { Store = StoreId.Main.Value, Pipeline = name, Version = 1, Yaml = $"name: {name}\nlimits:\n  concurrency: 0\n", By = "Ann", Reason = "once", At = DateTimeOffset.UtcNow });
            await database.SaveChangesAsync();
        }

        var status = await FindAsync(StoreId.Main, "recommend");

        Assert.Equal((file.Yaml, 1, false), (status.Yaml, status.Edit, status.IsEdited));
        Assert.StartsWith("version 1, line 3: ", status.EditRefusal, StringComparison.Ordinal);
        Assert.Null((await FindAsync(Other, "recommend")).EditRefusal);
        var ours = await FindAsync(StoreId.Main, "ours");
        Assert.Equal((1, status.EditRefusal, "name: ours\nlimits:\n  concurrency: 0\n"), (ours.Edit, ours.EditRefusal, ours.Yaml));
        using var run = await http.PostAsJsonAsync("/v1/runs", new PipelineRunRequest("ours", "demo"));
        await run.ProblemAsync(HttpStatusCode.BadRequest, "pipeline");
        await pipeline.RestorePipelineAsync(StoreId.Main, "recommend", "it is old", 1);
        Assert.Null((await FindAsync(StoreId.Main, "recommend")).EditRefusal);
    }

    [Fact]
    public async Task NewPipeline_IsTheStoresAlone()
    {
        await pipeline.PutPipelineAsync(StoreId.Main, "spring", new NewPipelineEdit("name: spring\nschedule: { cron: \"0 3 * * *\" }\n", "for the season"));

        Assert.Equal("0 3 * * * (UTC)", (await FindAsync(StoreId.Main, "spring")).Schedule);
        Assert.DoesNotContain(await pipeline.ListPipelinesAsync(Other), status => status.Name == "spring");
        using var run = await http.PostAsJsonAsync("/v1/runs", new PipelineRunRequest("autumn", "demo"));
        Assert.Contains("spring", await run.ProblemAsync(HttpStatusCode.BadRequest, "pipeline"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoWhoEditAtOnce_OneDoes()
    {
        var told = await Task.WhenAll(Enumerable.Range(0, 5).Select(async number =>
        {
            using var response = await http.PutAsJsonAsync("/v1/pipelines/recommend", new NewPipelineEdit($"name: recommend\n# {number}\n", $"{number}", 0));
            return response.StatusCode;
        }));

        Assert.Single(told, status => status == HttpStatusCode.OK);
        Assert.Equal(4, told.Count(status => status == HttpStatusCode.Conflict));
        Assert.Single(await pipeline.GetPipelineHistoryAsync(StoreId.Main, "recommend"));
    }

    [Theory]
    [InlineData("name: recommend\nlimits: { concurrency: 0 }\n", "why", "pipeline", "Line 2, column")]
    [InlineData("name: recommend\nnothing: x\n", "why", "pipeline", "Line 2, column 1")]
    [InlineData("name: another\n", "why", "pipeline", "Its name is 'another'")]
    [InlineData("", "why", "pipeline", "'yaml' is missing")]
    [InlineData("name: recommend\n", "", "reason", "'reason' is missing")]
    [InlineData("name: recommend\n# \0\n", "why", "pipeline", "U+0000")]
    public async Task WhatCannotBeUsed_IsRefused_AndNothingChanges(string yaml, string reason, string type, string says)
    {
        using var response = await http.PutAsJsonAsync("/v1/pipelines/recommend", new NewPipelineEdit(yaml, reason));

        Assert.Contains(says, await response.ProblemAsync(HttpStatusCode.BadRequest, type), StringComparison.Ordinal);
        Assert.Empty(await pipeline.GetPipelineHistoryAsync(StoreId.Main, "recommend"));
    }

    [Fact]
    public async Task Restore_WithoutAnEdit_IsNotFound() =>
        await (await http.DeleteAsync(new Uri("/v1/pipelines/recommend?reason=x", UriKind.Relative))).ProblemAsync(HttpStatusCode.NotFound, "not-found");

    private async Task<PipelineStatus> FindAsync(StoreId store, string name) => (await pipeline.ListPipelinesAsync(store)).Single(status => status.Name == name);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
