using System.Globalization;

namespace ModelOps.DataPrep.Checks;

/// <summary>A clock that runs ahead would put a shopper's latest wish at the wrong place. The limit is in hours.</summary>
internal sealed record FutureTime(DateTimeOffset Now) : RowCheck("future-time", "Rows that happen more than a day from now", Severity.Warning, RowAction.Quarantine, Limit: 24)
{
    public override string Condition => $"time > TIMESTAMP '{Now.AddHours(Limit ?? 0).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}'";
}
