using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Privacy;
using ModelOps.EventLog;
using ModelOps.Inference.Following;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Consents;

/// <summary>What persons allow, followed from the event log's database: a refusal counts on every replica within a second, and over its absence.</summary>
internal sealed class LiveConsents(ConsentLog log, PackageOptions packages, IOptions<ConsentOptions> options, ILogger<LiveConsents> logger)
    : LogFollower<List<LoggedConsent>>(Path.Combine(packages.Folder, "consents.json"), "Consents", logger)
{
    private volatile ConcurrentDictionary<(string Person, string Purpose), LoggedConsent> known = new();
    private long cursor;

    public bool Allows(StoreId store, string user, string purpose) =>
        known.TryGetValue((ConsentSubject.Of(store, user), purpose), out var consent) ? consent.Granted : options.Value.Presumed;

    /// <summary>The request as it may be answered: without the person, who refuses recommendations by what they did.</summary>
    public RecommendationRequest Honour(StoreId store, RecommendationRequest request) =>
        request.User is { } user && !Allows(store, user, ConsentPurpose.Recommendations) ? request with { User = null, Session = null, History = null } : request;

    /// <inheritdoc cref="Honour(StoreId, RecommendationRequest)"/>
    public SearchRequest Honour(StoreId store, SearchRequest request) =>
        request.User is { } user && !Allows(store, user, ConsentPurpose.Recommendations) ? request with { User = null, Session = null } : request;

    /// <summary>When the person was erased; nothing from before is to be used. Null for everybody else.</summary>
    public DateTimeOffset? ErasedAt(StoreId store, string user) =>
        known.TryGetValue((ConsentSubject.Of(store, user), ConsentLog.Erased), out var erased) ? erased.Time : null;

    protected override async Task<bool> AskAsync(bool isFirst, CancellationToken cancellationToken)
    {
        var slice = await log.ReadAsync(cursor, cancellationToken);
        // What was kept on disk holds until all of it is there anew: nobody's refusal is out of effect meanwhile.
        if (isFirst)
            known = new(slice.Events.GroupBy(consent => (consent.Person, consent.Purpose)).Select(word => KeyValuePair.Create(word.Key, word.Last())));
        else
            Restore([.. slice.Events]);
        cursor = slice.Cursor;
        return slice.Events.Count > 0;
    }

    protected override List<LoggedConsent> State() => [.. known.Values];

    protected override void Restore(List<LoggedConsent> state)
    {
        foreach (var consent in state)
            known[(consent.Person, consent.Purpose)] = consent;
    }
}

/// <summary>The configuration section <c>Consents</c>.</summary>
internal sealed class ConsentOptions
{
    /// <summary>What holds for a person who has said nothing: true allows every purpose, false none.</summary>
    public bool Presumed { get; init; } = true;
}

internal static class ConsentsExtensions
{
    public static IServiceCollection AddConsents(this IServiceCollection services)
    {
        services.AddOptions<ConsentOptions>().BindConfiguration("Consents");
        return services.AddSingleton<LiveConsents>().AddHostedService(provider => provider.GetRequiredService<LiveConsents>());
    }
}
