using System.Globalization;
using DuckDB.NET.Data;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Events;
using ModelOps.DataPrep.Privacy;
using ModelOps.EventLog;
using ModelOps.Privacy;

namespace ModelOps.DataPrep.Sources;

/// <summary>Reads a store's event log into <c>staged</c>: one row for each product of each event.</summary>
internal sealed class EventLogSource(ShopEvents events)
{
    /// <summary>The source number of rows from the event log: above those of files, so that of equal times the log's come last.</summary>
    public const int Number = 1_000_000;

    private const int SliceSize = 5000;

    /// <param name="until">The position to stop at, to read again what was read before; null for all there is.</param>
    /// <returns>The position up to which the log was read.</returns>
    public async Task<(long Cursor, SourceReport Report)> ReadAsync(DuckDBConnection duck, StoreId store, PersonalData personal, long? until, CancellationToken cancellationToken)
    {
        var head = until ?? await events.HeadAsync(cancellationToken);
        long cursor = 0, rows = 0;
        string? Hidden(string? text) => text is null ? null : personal.Protect(text);
        using (var appender = duck.CreateAppender("staged"))
        {
            while (true)
            {
                var slice = await events.ReadAsync(store, cursor, SliceSize, cancellationToken);
                if (slice.Events.Count == 0 || cursor >= until)
                    break;
                cursor = slice.Cursor;
                // Impressions say what was shown, not what the shopper wanted.
                // Events of one append share a position: their time and id make the order total, and so the version's bytes.
                var wanted = slice.Events.Where(e => e.Name != EventNames.Impression && !(e.Cursor > until)).OrderBy(e => e.Cursor).ThenBy(e => e.Time).ThenBy(e => e.Id, StringComparer.Ordinal);
                foreach (var (shopEvent, item) in wanted.SelectMany(e => e.Items.Select(item => (e, item))))
                    Append(appender, ++rows, shopEvent with { User = Hidden(shopEvent.User), Session = Hidden(shopEvent.Session) }, item);
            }
        }
        return (until ?? Math.Max(head, cursor), new SourceReport("event log", "events", "", rows, new Dictionary<string, string>()));
    }

    private static void Append(DuckDBAppender appender, long row, LoggedEvent shopEvent, EventItem item) => appender.CreateRow()
        .AppendValue(Number).AppendValue(row).AppendValue(shopEvent.User ?? shopEvent.Session).AppendValue(item.ItemId).AppendValue(shopEvent.Name)
        .AppendValue(shopEvent.Time.UtcDateTime).AppendValue(item.Quantity ?? 1).AppendValue((double?)item.Price).AppendValue(shopEvent.Session)
        .AppendNullValue().AppendNullValue().AppendNullValue().AppendNullValue().AppendValue((int?)0) // a bare 0 is taken for a byte, and the other bytes of the value stay as they were
        .EndRow();
}
