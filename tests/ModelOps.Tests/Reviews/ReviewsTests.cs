using System.Net;
using System.Net.Http.Json;
using System.Text;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Reviews;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Datasets;

namespace ModelOps.Tests.Reviews;

public sealed class ReviewsTests(Stores stores) : IAsyncLifetime
{
    private const string Rules = """
        labelling:
          - table: messages
            column: intent
            combine: majority
            confidence: .6
            functions:
              - { name: refund words, label: refund, keywords: [refund] }
              - { name: card words, label: card, keywords: [card] }
              - { name: pin words, label: pin, pattern: "(?i)pin" }
        """;

    private static readonly string Messages = "text,user_id\nI want a refund,1\n" + string.Concat(Enumerable.Range(1, 5).Select(i => $"Refund card number {i},{i}\n")) + "A card pin refund,7\n";
    private Service<DatasetsDb> service = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<DatasetsDb>(["datasetsdb", "eventsdb"]);
        http = service.CreateClient();
    }

    [Fact]
    public async Task Questions_AreListedByTheClosestCall_PageByPage()
    {
        await UploadAsync("paged");

        var all = await ListAsync("paged");
        var first = await ListAsync("paged", "?limit=4");
        var second = await ListAsync("paged", $"?limit=4&after={first.Next}");

        Assert.Equal(6, all.Items.Count);
        Assert.Equal(all.Items.Select(review => review.Id), first.Items.Concat(second.Items).Select(review => review.Id));
        Assert.Null(second.Next);
        var review = all.Items.Single(review => review.Text == "A card pin refund");
        Assert.Equal(("messages", "intent", "conflict", ReviewState.Open, 1), (review.Table, review.Column, review.Reason, review.State, review.Version));
        Assert.Equal(["card", "pin", "refund"], review.Candidates.Select(candidate => candidate.Label).Order());
        Assert.Equal(["card words"], review.Candidates.Single(candidate => candidate.Label == "card").Because);
        Assert.Equal("7", review.Details["user_id"]);
        var summary = Assert.Single(await GetAsync<List<ReviewSummary>>("paged/reviews/summary"));
        Assert.Equal((6, 0, 0, 0), (summary.Open, summary.Skipped, summary.Answered, summary.Taken));
        Assert.Equal(["card", "pin", "refund"], summary.Labels.Order());
    }

    [Fact]
    public async Task Answers_AreLabelsOfTheNextVersion_NamedInItsLineage()
    {
        await UploadAsync("answered");
        var questions = (await ListAsync("answered")).Items;
        foreach (var question in questions.Take(2))
            await AnswerAsync("answered", question, " other ");

        var version = await PrepareAsync("answered");

        Assert.Equal(2, version.Version);
        Assert.Equal(2, (await GetAsync<DatasetLineage>("answered/versions/2/lineage")).Answers!.Count);
        Assert.True((await GetAsync<DatasetDiff>("answered/versions/1/diff/2")).Lineage.AnswersChanged);
        var report = (await GetAsync<DatasetReport>("answered/versions/2/report")).Labels.Single(report => report.Table == "messages");
        Assert.Equal((2L, 1L, 4L), (report.People, report.Machine, report.Uncertain));
        Assert.Equal(4, (await ListAsync("answered")).Items.Count);
        Assert.Equal(2, (await GetAsync<List<ReviewSummary>>("answered/reviews/summary")).Single().Taken);
        Assert.Equal(2, (await PrepareAsync("answered")).Version); // the same inputs and answers, the same bytes
    }

    [Fact]
    public async Task TwoReviewersAtOnce_OneWins_TheOtherIsTold()
    {
        await UploadAsync("contested");
        var question = (await ListAsync("contested")).Items[0];

        var answers = await Task.WhenAll(SendAsync("contested", question, "card", "Ana"), SendAsync("contested", question, "refund", "Bo"));

        var (won, lost) = answers[0].IsSuccessStatusCode ? ("Ana", answers[1]) : ("Bo", answers[0]);
        Assert.Equal(won, (await GetAsync<Review>($"contested/reviews/{question.Id}")).ReviewedBy);
        var told = await lost.ProblemAsync(HttpStatusCode.Conflict, "review-decided");
        Assert.Contains($"{won} has answered", told, StringComparison.Ordinal);
        Assert.Contains("take it back first", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_Skip_AndUndo_BearRepetition()
    {
        await UploadAsync("repeated");
        var question = (await ListAsync("repeated")).Items[0];

        var answered = await AnswerAsync("repeated", question, "card");
        var again = await AnswerAsync("repeated", question, "card");
        Assert.Equal((answered.Revision, ReviewState.Answered, "card"), (again.Revision, again.State, again.Answer));

        var undone = await (await http.DeleteAsync($"/v1/datasets/repeated/reviews/{question.Id}/answer?revision={again.Revision}")).ReadAsync<Review>();
        Assert.Equal((ReviewState.Open, null, null), (undone.State, undone.Answer, undone.ReviewedBy));
        await (await http.DeleteAsync($"/v1/datasets/repeated/reviews/{question.Id}/answer?revision={again.Revision}")).ReadAsync<Review>();

        var skipped = await (await http.PutAsJsonAsync($"/v1/datasets/repeated/reviews/{question.Id}/skip", new ReviewRevision(undone.Revision))).ReadAsync<Review>();
        Assert.Equal(ReviewState.Skipped, skipped.State);
        Assert.Equal(question.Id, (await ListAsync("repeated", "?state=skipped")).Items.Single().Id);
        Assert.DoesNotContain((await ListAsync("repeated")).Items, other => other.Id == question.Id);
        Assert.Equal(ReviewState.Answered, (await AnswerAsync("repeated", skipped, "refund")).State);
    }

    [Fact]
    public async Task Answers_OutliveRowsThatLeave_WithoutTheirText()
    {
        await UploadAsync("leaving");
        var question = (await ListAsync("leaving")).Items.Single(review => review.Text == "Refund card number 3");
        await AnswerAsync("leaving", question, "card");
        await PrepareAsync("leaving");

        var erasure = await http.DeleteAsync("/v1/users/3");
        Assert.Equal(HttpStatusCode.Accepted, erasure.StatusCode);

        await Eventually.TrueAsync(async () => (await GetAsync<Review>($"leaving/reviews/{question.Id}")).Text.Length == 0, "the text to go with its writer");
        var left = await GetAsync<Review>($"leaving/reviews/{question.Id}");
        Assert.Equal(("card", 0), (left.Answer, left.Details.Count));
    }

    [Fact]
    public async Task WhatCannotBe_IsRefusedWithCauseAndRemedy()
    {
        await UploadAsync("refused");
        var question = (await ListAsync("refused")).Items[0];

        Assert.Contains("1 to 200 characters", await (await SendAsync("refused", question, " ")).ProblemAsync(HttpStatusCode.BadRequest, "review-answer"), StringComparison.Ordinal);
        await (await SendAsync("refused", question, "a\0b")).ProblemAsync(HttpStatusCode.BadRequest, "review-answer");
        await (await SendAsync("refused", question with { Id = 12345678 }, "card")).ProblemAsync(HttpStatusCode.NotFound, "not-found");
        Assert.Contains("revision is 1", await (await SendAsync("refused", question with { Revision = 9 }, "card")).ProblemAsync(HttpStatusCode.Conflict, "review-decided"), StringComparison.Ordinal);
        await (await http.GetAsync("/v1/datasets/refused/reviews?state=lost")).ProblemAsync(HttpStatusCode.BadRequest, "review-state");
        await (await http.GetAsync("/v1/datasets/refused/reviews?after=x")).ProblemAsync(HttpStatusCode.BadRequest, "cursor");
        Assert.Empty((await ListAsync("elsewhere")).Items);
    }

    [Theory]
    [InlineData("labelling: [{table: events, column: x}]", "cannot be labelled. Those that can: products, users")]
    [InlineData("labelling: [{table: messages, column: time}]", "does not hold texts")]
    [InlineData("labelling: [{table: messages, column: intent, functions: [{name: a, label: b}]}]", "has no condition")]
    [InlineData("labelling: [{table: messages, column: intent, functions: [{name: a, label: b, pattern: '(x'}]}]", "no regular expression")]
    [InlineData("labelling: [{table: judgements, column: verdict, functions: [{name: a, label: b, column: stars, above: 1}]}]", "has no column 'stars'")]
    [InlineData("labelling: [{table: messages, column: intent, confidence: 7}]", "Confidence")]
    [InlineData("labelling: [{table: messages, column: intent, combine: best}]", "'weighted' or 'majority'")]
    [InlineData("labelling: [{table: messages, column: intent, funktions: []}]", "funktions")]
    [InlineData("labelling: [", "not valid YAML at line")]
    public async Task Rules_ThatCannotBeFollowed_SayWhy(string yaml, string because)
    {
        var response = await http.PutAsync("/v1/datasets/any/rules", new StringContent(yaml, Encoding.UTF8, "application/yaml"));
        Assert.Contains(because, await response.ProblemAsync(HttpStatusCode.BadRequest, "rules"), StringComparison.Ordinal);
    }

    private async Task UploadAsync(string name)
    {
        var rules = await (await http.PutAsync($"/v1/datasets/{name}/rules", new StringContent(Rules, Encoding.UTF8, "application/yaml"))).ReadAsync<DatasetRules>();
        Assert.Equal(3, rules.Labelling![0].Functions.Count);
        await (await http.PostAsync($"/v1/datasets?name={name}", Http.Form(("messages", "messages.csv", Messages)))).ReadAsync<DatasetVersion>();
    }

    private Task<Page<Review>> ListAsync(string name, string query = "") => GetAsync<Page<Review>>($"{name}/reviews{query}");

    private async Task<Review> AnswerAsync(string name, Review question, string label) => await (await SendAsync(name, question, label)).ReadAsync<Review>();

    private async Task<HttpResponseMessage> SendAsync(string name, Review question, string label, string? actor = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/v1/datasets/{name}/reviews/{question.Id}/answer") { Content = JsonContent.Create(new ReviewAnswer(label, question.Revision)) };
        if (actor is not null)
            request.Headers.Add(AccessHeaders.Actor, actor);
        return await http.SendAsync(request);
    }

    private async Task<T> GetAsync<T>(string path) => await (await http.GetAsync($"/v1/datasets/{path}")).ReadAsync<T>();

    private async Task<DatasetVersion> PrepareAsync(string name)
    {
        var client = new DataPrepClient(http);
        var preparation = await client.PrepareAsync(StoreId.Main, name, new PrepareRequest(), Guid.NewGuid().ToString());
        await Eventually.TrueAsync(async () => (preparation = await client.GetPreparationAsync(StoreId.Main, name, preparation.Id)).State.IsFinal(), "the preparation");
        Assert.Null(preparation.Error);
        return await client.GetVersionAsync(StoreId.Main, name, preparation.Version!.Value);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
