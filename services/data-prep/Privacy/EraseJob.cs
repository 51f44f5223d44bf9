using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Privacy;
using ModelOps.Contracts.Quality;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Datasets;
using ModelOps.EventLog;
using ModelOps.Jobs;

namespace ModelOps.DataPrep.Privacy;

/// <summary>Removes a person from the event log, every dataset of the store and what the monitor counted, and signs what was removed where. Each step bears repetition.</summary>
internal sealed class EraseJob(DatasetsDb database, StoreKeys keys, PersonErasure eventLog, DatasetErasure datasets, ConsentLog consents, MonitorClient monitor, TimeProvider time) : IJobHandler
{
    public const string Kind = "erase";

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var erasure = await database.Erasures.SingleAsync(row => row.Id == job.Id, cancellationToken);
        if (erasure.State.IsFinal())
            return;
        erasure.State = RunState.Running;
        await database.SaveChangesAsync(cancellationToken);
        var user = erasure.User!;
        var places = Places(erasure);
        var personal = (await keys.OfAsync(job.Store, cancellationToken)).Data;
        erasure.Traces ??= JsonSerializer.Serialize(await TracesAsync(job.Store, new Person(user, [], personal), cancellationToken), JsonSerializerOptions.Web);
        await database.SaveChangesAsync(cancellationToken);
        var traces = Traces(erasure);
        var person = new Person(user, traces.SelectMany(trace => trace.Sessions), personal);

        // First: profiles and histories in packages that are deployed still know the person, and are not to be used from now on.
        foreach (var known in (await keys.IdsOfAsync(job.Store, user, cancellationToken)).Union(traces.Select(trace => trace.User)))
            await consents.EraseAsync(job.Store, known, cancellationToken);
        foreach (var spelling in traces.Select(trace => trace.User))
        {
            var logged = await eventLog.RemoveAsync(job.Store, spelling, cancellationToken);
            var left = await eventLog.CountAsync(job.Store, spelling, cancellationToken);
            await KeepAsync(erasure, places,
            [
                new ErasedPlace("event log", "events", logged.Events, left.Events),
                new ErasedPlace("event log", "impressions", logged.Impressions, left.Impressions),
            ], cancellationToken);
        }

        if (!erasure.DatasetsDone)
            await EraseDatasetsAsync(job.Store, erasure, places, person, cancellationToken);
        await KeepAsync(erasure, places, await EraseAtMonitorAsync(job.Store, erasure, cancellationToken), cancellationToken);
        await SignAsync(job.Store, erasure, places, cancellationToken);
    }

    /// <summary>Of the person in every spelling that the event log has; the one that was asked for first.</summary>
    private async Task<IReadOnlyList<PersonTraces>> TracesAsync(StoreId store, Person person, CancellationToken cancellationToken)
    {
        var others = person.Hidden == person.User ? [] : (await eventLog.SimilarAsync(store, person.User, cancellationToken)).Where(person.Is);
        var traces = new List<PersonTraces>();
        foreach (var spelling in others.Prepend(person.User).Distinct())
            traces.Add(await eventLog.TracesAsync(store, spelling, cancellationToken));
        return traces;
    }

    /// <summary>One alone, as an object, is of an erasure that began before spellings were told apart.</summary>
    private static List<PersonTraces> Traces(ErasureRow erasure) => erasure.Traces!.StartsWith('{')
        ? [JsonSerializer.Deserialize<PersonTraces>(erasure.Traces, JsonSerializerOptions.Web)!]
        : JsonSerializer.Deserialize<List<PersonTraces>>(erasure.Traces, JsonSerializerOptions.Web)!;

    private async Task EraseDatasetsAsync(StoreId store, ErasureRow erasure, List<ErasedPlace> places, Person person, CancellationToken cancellationToken)
    {
        // A dataset whose first version is being made has no sources yet; its turn comes after that.
        var known = database.Sources.Where(source => source.Store == store.Value).Select(source => source.Dataset);
        var made = database.Builds.Where(build => build.Store == store.Value).Select(build => build.Dataset);
        foreach (var dataset in await known.Union(made).OrderBy(name => name).ToListAsync(cancellationToken))
            await KeepAsync(erasure, places, await datasets.EraseAsync(store, dataset, person, cancellationToken), cancellationToken);
        erasure.DatasetsDone = true;
        await database.SaveChangesAsync(cancellationToken);
    }

    /// <summary>After the event log, so that the monitor reads nothing more of the person. However long it is away, the erasure waits for it and says so.</summary>
    private async Task<IReadOnlyList<ErasedPlace>> EraseAtMonitorAsync(StoreId store, ErasureRow erasure, CancellationToken cancellationToken)
    {
        try
        {
            var places = new List<ErasedPlace>();
            foreach (var trace in Traces(erasure))
                places.AddRange(await monitor.EraseAsync(store, trace, cancellationToken));
            return places;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            erasure.Error = $"Pending: the event log and the datasets are done with; what the monitor counted of the person is removed as soon as it answers. It is asked again and again ({exception.Message})";
            await database.SaveChangesAsync(cancellationToken);
            throw new JobPostponedException(erasure.Error, exception);
        }
    }

    public Task OnFailedAsync(Job job, string error, CancellationToken cancellationToken) =>
        database.Erasures.Where(row => row.Id == job.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(e => e.State, RunState.Failed).SetProperty(e => e.Error, error), cancellationToken);

    private static List<ErasedPlace> Places(ErasureRow erasure) =>
        erasure.Places is null ? [] : JsonSerializer.Deserialize<List<ErasedPlace>>(erasure.Places, JsonSerializerOptions.Web)!;

    /// <summary>Kept step by step, so that what was removed before a crash is in the record.</summary>
    private async Task KeepAsync(ErasureRow erasure, List<ErasedPlace> places, IEnumerable<ErasedPlace> more, CancellationToken cancellationToken)
    {
        foreach (var place in more)
        {
            var known = places.FindIndex(other => (other.Place, other.What) == (place.Place, place.What));
            if (known < 0)
                places.Add(place);
            else
                places[known] = place with { Removed = places[known].Removed + place.Removed, Before = places[known].Before ?? place.Before };
        }
        erasure.Places = JsonSerializer.Serialize(places, JsonSerializerOptions.Web);
        await database.SaveChangesAsync(cancellationToken);
    }

    private async Task SignAsync(StoreId store, ErasureRow erasure, IReadOnlyList<ErasedPlace> places, CancellationToken cancellationToken)
    {
        var record = new ErasureRecord(erasure.Id, store.Value, erasure.Pseudonym, erasure.RequestedAt, time.GetUtcNow(), places);
        using var signing = ECDsa.Create();
        signing.ImportPkcs8PrivateKey((await keys.FindAsync(store, cancellationToken)).Signing, out _);
        erasure.Statement = JsonSerializer.Serialize(record, JsonSerializerOptions.Web);
        erasure.Signature = Convert.ToBase64String(signing.SignData(Encoding.UTF8.GetBytes(erasure.Statement), HashAlgorithmName.SHA256));
        erasure.PublicKey = signing.ExportSubjectPublicKeyInfoPem();
        (erasure.User, erasure.Traces, erasure.Places, erasure.Error, erasure.State) = (null, null, null, null, RunState.Succeeded);
        await database.SaveChangesAsync(cancellationToken);
    }
}
