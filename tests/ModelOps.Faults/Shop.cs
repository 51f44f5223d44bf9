using System.Net;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;

namespace ModelOps.Faults;

/// <summary>
/// A shop in business: shoppers ask and act, two programs move an alias against each other, and a pipeline renews a model. Each keeps its own
/// record of what it was told. <see cref="Invariants"/> hold the product against these.
/// </summary>
internal sealed class Shop : IAsyncDisposable
{
    /// <summary>The model whose alias is moved by hand.</summary>
    public const string Moved = "moved";

    /// <summary>The model that the pipeline renews.</summary>
    public const string Renewed = "renewed";

    private const string Dataset = "shop";
    private const int Products = 50, Shoppers = 400;

    private readonly string name;
    private readonly Random random;
    private readonly CancellationTokenSource closing = new();
    private readonly InferenceClient shoppers;
    private readonly InferenceClient events;
    private readonly RegistryClient registry;
    private readonly PipelineClient pipeline;
    private readonly Task work;

    private Shop(FaultyStack stack, string name, int seed)
    {
        (this.name, random) = (name, new Random(seed));
        shoppers = new InferenceClient(stack.Client(Parts.Inference, TimeSpan.FromSeconds(4), overLink: false));
        events = new InferenceClient(stack.Client(Parts.Inference, TimeSpan.FromSeconds(6), overLink: true));
        registry = new RegistryClient(stack.Client("registry", TimeSpan.FromSeconds(6), overLink: true));
        pipeline = new PipelineClient(stack.Client("pipeline", TimeSpan.FromSeconds(6), overLink: true));
        work = Task.WhenAll(
            UntilClosedAsync(AskAsync, 40), UntilClosedAsync(AskAsync, 40), UntilClosedAsync(ActAsync, 60), UntilClosedAsync(ActAsync, 60),
            UntilClosedAsync(turn => MoveAsync("left", turn), 300), UntilClosedAsync(turn => MoveAsync("right", turn), 300), UntilClosedAsync(RenewAsync, 500));
    }

    public ShopRecords Records { get; } = new();

    /// <summary>Opens the shop for a while.</summary>
    /// <param name="name">Begins the ids of all that it sends, and is used once in a stack's life.</param>
    public static Shop Open(FaultyStack stack, string name, int seed) => new(stack, name, seed);

    /// <summary>Gives the stack what a shop has after its first day: data, and for each model two versions of which one is champion.</summary>
    public static async Task FoundAsync(FaultyStack stack)
    {
        using var http = stack.Client("data-prep", TimeSpan.FromMinutes(2), overLink: false);
        using var form = new MultipartFormDataContent { { new StringContent(History()), "events", "events.csv" } };
        using var uploaded = await http.PostAsync(new Uri($"/v1/datasets?name={Dataset}", UriKind.Relative), form);
        if (!uploaded.IsSuccessStatusCode)
            throw new InvalidOperationException(await uploaded.Content.ReadAsStringAsync());
        var pipeline = new PipelineClient(stack.Client("pipeline", TimeSpan.FromMinutes(1), overLink: false));
        var registry = new RegistryClient(stack.Client("registry", TimeSpan.FromMinutes(1), overLink: false));
        foreach (var model in new[] { Renewed, Moved })
        {
            var run = await EndAsync(pipeline, await pipeline.StartAsync(StoreId.Main, RunOf(model)));
            if (run.State != RunState.Succeeded)
                throw new InvalidOperationException($"The first run ended as {run.State}: {run.Error}");
        }
        // The same package under a second number: what is tested is who moves the alias, not what it points at.
        var file = Path.GetTempFileName();
        await registry.ExportAsync(StoreId.Main, Moved, 1, file);
        await registry.ImportAsync(StoreId.Main, Moved, file);
        File.Delete(file);
        using var inference = stack.Client(Parts.Inference, TimeSpan.FromSeconds(10), overLink: false);
        foreach (var model in new[] { Renewed, Moved })
            await FaultyStack.UntilAsync(
                async () => (await new InferenceClient(inference).RecommendAsync(StoreId.Main, new RecommendationRequest("s1", Model: model))).Model.Version > 0, $"{model} to be served");
    }

    /// <summary>No new work; what is under way comes to its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await work;
        closing.Dispose();
    }

    private async Task UntilClosedAsync(Func<int, Task> act, int pauseMilliseconds)
    {
        for (var turn = 1; !closing.IsCancellationRequested; turn++)
        {
            try
            {
                await act(turn);
            }
            catch
            {
                // What the shop does not understand is no fault that it lives with: it closes, and whoever closes it is told.
                await closing.CancelAsync();
                throw;
            }
            await Task.Delay(pauseMilliseconds, closing.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>
    /// A replica that dies takes its connections with it, and one that stands still does not answer: a storefront asks again, on a new
    /// connection. An answer that says no is never asked again.
    /// </summary>
    private async Task AskAsync(int turn)
    {
        const int MostTries = 4;
        var request = new RecommendationRequest($"s{Draw(Shoppers)}", Count: 5, Model: turn % 2 == 0 ? Moved : Renewed);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await shoppers.RecommendAsync(StoreId.Main, request);
                Records.Answered(answer.Model.Version > 0 && answer.Items.Count == request.Count
                    ? null : $"{answer.Items.Count} products of version {answer.Model.Version} of {answer.Model.Name}");
                return;
            }
            catch (ServiceException refused)
            {
                Records.Answered($"{(int)refused.Status}: {refused.Message}");
                return;
            }
            catch (Exception exception) when (Calls.MayPass(exception) && attempt < MostTries)
            {
                Records.AskedAgain();
            }
            catch (Exception exception) when (Calls.MayPass(exception))
            {
                Records.Answered($"no answer in {MostTries} tries: {exception.Message}");
                return;
            }
        }
    }

    /// <summary>Events are sent until they are accepted; some once more, as a storefront does that missed the answer.</summary>
    private async Task ActAsync(int turn)
    {
        var now = DateTimeOffset.UtcNow;
        var batch = new EventBatch([.. Enumerable.Range(0, 3).Select(_ => new ShopEvent($"{name}-{Guid.NewGuid()}", EventNames.View, $"s{Draw(Shoppers)}", null, now, [new EventItem($"P{Draw(Products)}")], null))]);
        Records.Sent(batch.Events!.Select(one => one.Id!));
        var receipt = await Calls.RepeatAsync(() => events.SendEventsAsync(StoreId.Main, batch));
        var refused = receipt.Rejected.Select(one => one.Index).ToHashSet();
        Records.Accepted(batch.Events!.Where((_, index) => !refused.Contains(index)).Select(one => one.Id!));
        if (turn % 10 == 0)
            await Calls.RepeatAsync(() => events.SendEventsAsync(StoreId.Main, batch));
    }

    /// <summary>Two programs, each of which looks where the alias stands and moves it on, unless the other was faster.</summary>
    private async Task MoveAsync(string mover, int turn)
    {
        var stands = (await Calls.RepeatAsync(() => registry.FindAsync(StoreId.Main, Moved)))!.Aliases["champion"];
        var reason = $"{name} {mover} {turn}";
        try
        {
            await Calls.RepeatAsync(() => registry.SetAliasAsync(StoreId.Main, Moved, "champion", new AliasRequest(3 - stands, reason, stands), reason));
            Records.Move(reason, isAccepted: true);
        }
        catch (ServiceException conflict) when (conflict.Status == HttpStatusCode.Conflict)
        {
            Records.Move(reason, isAccepted: false);
        }
    }

    private async Task RenewAsync(int turn)
    {
        var key = $"{name} {turn}";
        var run = await Calls.RepeatAsync(() => pipeline.StartAsync(StoreId.Main, RunOf(Renewed), key));
        Records.Started(await EndAsync(pipeline, run));
    }

    private static async Task<PipelineRun> EndAsync(PipelineClient pipeline, PipelineRun run)
    {
        await FaultyStack.UntilAsync(async () => (run = await pipeline.GetAsync(StoreId.Main, run.Id)).State.IsFinal(), $"the end of run {run.Id}, which is {run.State}", TimeSpan.FromMinutes(15));
        return run;
    }

    private static PipelineRunRequest RunOf(string model) => new("faults", Dataset, model);

    private int Draw(int below)
    {
        lock (random)
            return random.Next(below);
    }

    private static string History()
    {
        var random = new Random(1);
        var csv = new StringWriter { NewLine = "\n" };
        csv.WriteLine("USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE");
        for (var user = 0; user < Shoppers; user++)
        {
            var (item, time) = (random.Next(Products), 1_700_000_000L + random.Next(5_000_000));
            for (var visit = 0; visit < 12; visit++)
                csv.WriteLine($"s{user},P{item = (item + 1 + random.Next(3)) % Products},{time += random.Next(200_000)},purchase");
        }
        return csv.ToString();
    }
}
