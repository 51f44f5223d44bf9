using System.Net.Http.Json;
using System.Security.Cryptography;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;
using Npgsql;

namespace ModelOps.Faults;

/// <summary>What must hold once the faults are over, whatever happened. Each broken one is a sentence.</summary>
internal sealed class Invariants(FaultyStack stack)
{
    private readonly HttpClient registryHttp = stack.Client("registry", TimeSpan.FromMinutes(1), overLink: false);
    private readonly HttpClient inference = stack.Client(Parts.Inference, TimeSpan.FromSeconds(20), overLink: false);
    private readonly HttpClient pipeline = stack.Client("pipeline", TimeSpan.FromMinutes(1), overLink: false);
    private readonly HashSet<(string, int)> loaded = [];
    private HashSet<Guid> known = [];

    private RegistryClient Registry => new(registryHttp);

    public async Task<IReadOnlyList<string>> BrokenAsync(ShopRecords records) =>
        [.. records.Failures.Select(failure => $"recommendation failed: {failure}"), .. await EventsAsync(records), .. await AliasesAsync(records), .. await VersionsAsync(), .. await RunsAsync(records)];

    /// <summary>No accepted event is lost, and none is there twice.</summary>
    private async Task<IReadOnlyList<string>> EventsAsync(ShopRecords records)
    {
        var kept = new Dictionary<string, long>();
        await using var command = stack.EventLog.CreateCommand("SELECT id, count(*) FROM events WHERE id = ANY($1) GROUP BY id");
        command.Parameters.Add(new NpgsqlParameter { Value = records.Events.Keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            kept[reader.GetString(0)] = reader.GetInt64(1);
        return
        [
            .. records.Events.Where(one => one.Value && !kept.ContainsKey(one.Key)).Select(one => $"event lost: {one.Key}"),
            .. kept.Where(one => one.Value > 1).Select(one => $"event kept {one.Value} times: {one.Key}"),
        ];
    }

    /// <summary>Each move begins where the one before ended; what was accepted is there once, what was refused is not.</summary>
    private async Task<IReadOnlyList<string>> AliasesAsync(ShopRecords records)
    {
        var broken = new List<string>();
        foreach (var model in new[] { Shop.Moved, Shop.Renewed })
        {
            var history = await HistoryAsync(model);
            broken.AddRange(history.Zip(history.Skip(1)).Where(pair => pair.Second.From != pair.First.To)
                .Select(pair => $"alias history of {model} is not linear: to {pair.First.To} ({pair.First.Reason}), then from {pair.Second.From} ({pair.Second.Reason})"));
            if ((await Registry.FindAsync(StoreId.Main, model))!.Aliases["champion"] != history[^1].To)
                broken.Add($"alias of {model} does not stand where its history ends");
            if (model == Shop.Moved)
            {
                var times = history.CountBy(change => change.Reason).ToDictionary();
                broken.AddRange(records.Moves.Where(move => times.GetValueOrDefault(move.Key) != (move.Value ? 1 : 0))
                    .Select(move => $"alias move '{move.Key}' was {(move.Value ? "accepted" : "refused")} and is in the history {times.GetValueOrDefault(move.Key)} times"));
            }
        }
        return broken;
    }

    /// <summary>What is READY is whole, and the champion answers on it.</summary>
    private async Task<IReadOnlyList<string>> VersionsAsync()
    {
        var broken = new List<string>();
        foreach (var model in new[] { Shop.Moved, Shop.Renewed })
        {
            var registered = (await Registry.FindAsync(StoreId.Main, model))!;
            foreach (var version in registered.Versions.Where(version => version.Status == VersionStatus.Ready && loaded.Add((model, version.Version))))
                broken.AddRange(await UnreadableAsync(model, version.Version));
            var champion = registered.Aliases["champion"];
            ModelReference? answered = null;
            try
            {
                await FaultyStack.UntilAsync(
                    async () => (answered = (await new InferenceClient(inference).RecommendAsync(StoreId.Main, new RecommendationRequest($"s{Random.Shared.Next(400)}", Model: model))).Model).Version == champion,
                    "the champion to answer", TimeSpan.FromMinutes(1));
            }
            catch (TimeoutException)
            {
                broken.Add($"version {champion} of {model} is champion and READY, but inference answers with {answered}");
            }
        }
        return broken;
    }

    private async Task<IReadOnlyList<string>> UnreadableAsync(string model, int version)
    {
        var path = Path.GetTempFileName();
        try
        {
            foreach (var file in (await Registry.GetManifestAsync(StoreId.Main, model, version)).Files)
            {
                await Registry.DownloadAsync(StoreId.Main, model, version, file.Path, path);
                await using var content = File.OpenRead(path);
                if (Convert.ToHexStringLower(await SHA256.HashDataAsync(content)) != file.Sha256)
                    return [$"version {version} of {model} is READY, but {file.Path} is not what its manifest says"];
            }
            return [];
        }
        catch (Exception exception) when (exception is Contracts.Clients.ServiceException or HttpRequestException)
        {
            return [$"version {version} of {model} is READY, but cannot be read: {exception.Message}"];
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Each run that was started is there once, has trained once, made one version, and each step of its rollout was taken once.</summary>
    private async Task<IReadOnlyList<string>> RunsAsync(ShopRecords records)
    {
        var broken = new List<string>();
        var all = await PagesAsync<PipelineRun>(pipeline, "/v1/runs");
        foreach (var stranger in all.Where(run => run.State is not (RunState.Succeeded or RunState.Failed)))
            broken.Add($"run {stranger.Id} is {stranger.State}, and nobody who started it knows of it");
        var versions = (await Registry.FindAsync(StoreId.Main, Shop.Renewed))!.Versions;
        foreach (var twice in versions.Where(version => version.RunId is not null).GroupBy(version => version.RunId).Where(group => group.Count() > 1))
            broken.Add($"training {twice.Key} made {twice.Count()} versions");
        var succeeded = all.Count(run => run.Model == Shop.Renewed && run.State == RunState.Succeeded);
        var moves = await HistoryAsync(Shop.Renewed);
        if (moves.Count < succeeded)
            broken.Add($"{succeeded} runs renewed {Shop.Renewed}, but its alias was moved {moves.Count} times");
        foreach (var twice in moves.GroupBy(move => move.To).Where(group => group.Count() > 1))
            broken.Add($"version {twice.Key} of {Shop.Renewed} was made champion {twice.Count()} times");
        foreach (var rollout in await PagesAsync<Contracts.Deployments.Rollout>(registryHttp, $"/v1/models/{Shop.Renewed}/rollouts"))
        {
            var history = (await Registry.FindRolloutAsync(StoreId.Main, Shop.Renewed, rollout.Id))!;
            broken.AddRange(history.Changes.GroupBy(change => (change.Action, change.Step)).Where(group => group.Count() > 1).Select(group => $"rollout {rollout.Id}: {group.Key.Action} of step {group.Key.Step} {group.Count()} times"));
        }
        broken.AddRange(records.Runs.Where(run => all.Count(one => one.Id == run.Id) != 1).Select(run => $"run {run.Id} is not there once"));
        if (all.Count != known.Count + records.Runs.Count)
            broken.Add($"{records.Runs.Count} runs were started, but there are {all.Count - known.Count}");
        known = [.. all.Select(run => run.Id)];
        return broken;
    }

    /// <summary>Takes note of what there is before the shop opens.</summary>
    public async Task BeginAsync() => known = [.. (await PagesAsync<PipelineRun>(pipeline, "/v1/runs")).Select(run => run.Id)];

    /// <summary>Oldest first.</summary>
    private async Task<IReadOnlyList<AliasChange>> HistoryAsync(string model) => [.. (await PagesAsync<AliasChange>(registryHttp, $"/v1/models/{model}/alias-history")).Reverse()];

    private static async Task<IReadOnlyList<T>> PagesAsync<T>(HttpClient http, string path)
    {
        var all = new List<T>();
        for (string? after = ""; after is not null;)
        {
            var page = (await http.GetFromJsonAsync<Page<T>>(new Uri($"{path}?limit=200{(after.Length > 0 ? $"&after={Uri.EscapeDataString(after)}" : "")}", UriKind.Relative)))!;
            all.AddRange(page.Items);
            after = page.Next;
        }
        return all;
    }
}
