using DuckDB.NET.Data;
using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.DataPrep.Privacy;
using ModelOps.EventLog;
using ModelOps.Privacy;

namespace ModelOps.DataPrep.SearchLog;

/// <summary>
/// Reads what a store's shoppers searched for, were shown and did, into <c>searched</c> and <c>searched_places</c>. Queries with a
/// personal detail are left out whole.
/// </summary>
internal sealed class SearchLogSource(EventLog.SearchLog log)
{
    public const string Tables = """
        CREATE TABLE searched (token VARCHAR, time TIMESTAMP, shopper VARCHAR, is_known BOOLEAN, form VARCHAR, query VARCHAR, page INTEGER, found INTEGER);
        CREATE TABLE searched_places (token VARCHAR, item_id VARCHAR, place INTEGER, clicked BOOLEAN, bought BOOLEAN);
        """;

    private const int SliceSize = 2000;
    private const int LongestQuery = 200;

    /// <summary>Later reactions have little to do with the search; the monitor's default is the same.</summary>
    private static readonly TimeSpan Attribution = TimeSpan.FromDays(7);

    /// <param name="until">The position up to which the log's events were read.</param>
    public async Task ReadAsync(DuckDBConnection duck, StoreId store, PersonalData personal, long until, CancellationToken cancellationToken)
    {
        using var searches = duck.CreateAppender("searched");
        using var places = duck.CreateAppender("searched_places");
        long cursor = 0;
        while (true)
        {
            var slice = await log.ReadAsync(store, cursor, until, SliceSize, cancellationToken);
            if (slice.Events.Count == 0)
                return;
            cursor = slice.Cursor;
            foreach (var (answer, reactions, _) in slice.Events)
            {
                var query = answer.Query?.Trim() ?? "";
                if (answer.Search!.Form.Length > 0 && query.Length is > 0 and <= LongestQuery && personal.ProtectFreeText(query) == query)
                    Append(searches, places, answer, query, reactions);
            }
        }
    }

    private static void Append(DuckDBAppender searches, DuckDBAppender places, Impression answer, string query, IReadOnlyList<LoggedEvent> reactions)
    {
        searches.CreateRow().AppendValue(answer.Token).AppendValue(answer.Time.UtcDateTime).AppendValue(answer.User ?? answer.Session ?? answer.Token).AppendValue((bool?)(answer.User is not null || answer.Session is not null))
            .AppendValue(answer.Search!.Form).AppendValue(query).AppendValue((int?)answer.Search.Page).AppendValue((int?)answer.Search.Found).EndRow();
        var timely = reactions.Where(reaction => reaction.Time <= answer.Time + Attribution).ToList();
        var reacted = timely.SelectMany(reaction => reaction.Items).Select(item => item.ItemId).ToHashSet();
        var bought = timely.Where(reaction => reaction.Name == EventNames.Purchase).SelectMany(reaction => reaction.Items).Select(item => item.ItemId).ToHashSet();
        foreach (var (place, item) in answer.Items.Index())
            places.CreateRow().AppendValue(answer.Token).AppendValue(item).AppendValue((int?)(place + 1)).AppendValue((bool?)reacted.Contains(item)).AppendValue((bool?)bought.Contains(item)).EndRow();
    }
}
