using System.Globalization;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Catalogue;
using ModelOps.Inference.Models;
using ModelOps.Inference.Rules;

namespace ModelOps.Inference.Recommendations;

/// <summary>A version's answer to a request: kept from an earlier call, or computed, once for all who ask the same at once.</summary>
internal sealed class Answers(Shoppers shoppers, AnswerCache cache, NearAnswers near, Renewals renewals, LiveCatalogue catalogue, LiveRules rules, TimeProvider time)
{
    private readonly SingleFlight<List<RecommendedItem>> flights = new();

    public async Task<(List<RecommendedItem> Items, bool Cached)> FindAsync(StoreId store, RecommendationModel model, RecommendationRequest request, CancellationToken cancellationToken)
    {
        var exploration = Exploration.Of(rules.Of(store), request);
        var wider = exploration.Wider(request);
        var (items, cached) = exploration.IsDue
            ? (await ComputeAsync(model, wider, cancellationToken), false)
            : await FindBestAsync(store, model, wider, cancellationToken);
        return (exploration.Answer(items, request.Count), cached);
    }

    public async Task<List<RecommendedItem>> ComputeAsync(RecommendationModel model, RecommendationRequest request, CancellationToken cancellationToken) =>
        await RecommendAsync(model, await ShopperAsync(model, request, cancellationToken), request, cancellationToken);

    private async Task<(List<RecommendedItem> Items, bool Cached)> FindBestAsync(StoreId store, RecommendationModel model, RecommendationRequest request, CancellationToken cancellationToken)
    {
        var question = AnswerCache.QuestionOf(request, model.Name, model.Version, Revision(store, request));
        var subject = AnswerCache.SubjectOf(request, question);
        var begun = near.Begin();
        if (near.Find(store, subject, question, begun) is { } just)
            return (just, true);
        // A history's are not in Redis: to compute one costs about as much as to fetch it.
        var kept = AnswerCache.IsHistory(subject) ? new CacheAnswer(null, false, Guid.Empty) : await cache.FindAsync(store, subject, question).WaitAsync(cancellationToken);
        var asked = new AskedOnce(store, subject, question, kept.State, begun);
        if (kept.Items is null)
            return (await ComputeOnceAsync(asked, model, request, cancellationToken), false);
        if (!kept.IsStale)
            near.Keep(store, subject, question, kept.Items, begun);
        else if (!flights.IsUnderWay(asked.Flight))
            renewals.Begin(model, stopping => ComputeOnceAsync(asked, model, request, stopping));
        return (kept.Items, true);
    }

    private async Task<List<RecommendedItem>> ComputeOnceAsync(AskedOnce asked, RecommendationModel model, RecommendationRequest request, CancellationToken cancellationToken)
    {
        if (asked.State is null && (request.User ?? request.Session) is not null && request.History is null)
            return await ComputeAsync(model, request, cancellationToken); // whoever was first may not know of an event since
        return await flights.RunAsync(asked.Flight, () => ComputeAndKeepAsync(asked, model, request, cancellationToken), () => cache.Joined.Add(1), EndedEarly, cancellationToken);
    }

    private async Task<List<RecommendedItem>> ComputeAndKeepAsync(AskedOnce asked, RecommendationModel model, RecommendationRequest request, CancellationToken cancellationToken)
    {
        var shopper = await ShopperAsync(model, request, cancellationToken);
        var items = await RecommendAsync(model, shopper, request, cancellationToken);
        if (shopper.IsUpToDate && asked.State is { } state)
        {
            near.Keep(asked.Store, asked.Subject, asked.Question, items, asked.Begun);
            if (!AnswerCache.IsHistory(asked.Subject))
                cache.Keep(asked.Store, asked.Subject, asked.Question, state, items);
        }
        return items;
    }

    private static bool EndedEarly(Exception exception) => exception is OperationCanceledException or DeadlinePassedException;

    private Task<List<RecommendedItem>> RecommendAsync(RecommendationModel model, Shopper shopper, RecommendationRequest request, CancellationToken cancellationToken)
    {
        var book = rules.Of(model.Store);
        return Recommender.RecommendAsync(model, shopper, request, new ShopState(catalogue.View(model), book.For(request.Kind ?? RecommendationKind.ForYou, time.GetUtcNow()), book.Diversity), cancellationToken);
    }

    /// <summary>What an answer depends on besides the shopper, the request and the version. Prices only where somebody looks at them: they change often.</summary>
    private string Revision(StoreId store, RecommendationRequest request)
    {
        var (book, overlay) = (rules.Of(store), catalogue.Of(store));
        var looksAtPrices = book.LooksAtPrices || request.Filter is { MinPrice: not null } or { MaxPrice: not null };
        return string.Create(CultureInfo.InvariantCulture, $"{book.Revision(request.Kind ?? RecommendationKind.ForYou, time.GetUtcNow())}/{overlay.StockRevision}/{(looksAtPrices ? overlay.PriceRevision : 0)}");
    }

    private async Task<Shopper> ShopperAsync(RecommendationModel model, RecommendationRequest request, CancellationToken cancellationToken) =>
        request.History is not null ? Shopper.FromHistory(model, request.History)
        : request.User is not null ? await shoppers.FindAsync(model, request.User, cancellationToken)
        : request.Session is not null ? await shoppers.FindVisitAsync(model, request.Session, cancellationToken)
        : new Shopper([], new Dictionary<int, float>());

    /// <summary>A question as all who ask it have it. After a shopper's event it is another one.</summary>
    private sealed record AskedOnce(StoreId Store, string Subject, string Question, Guid? State, long Begun)
    {
        public string Flight { get; } = $"{Store}/{Subject}/{Question}/{State}";
    }
}
