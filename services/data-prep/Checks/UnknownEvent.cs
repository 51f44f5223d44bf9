using ModelOps.Contracts.Events;

namespace ModelOps.DataPrep.Checks;

/// <summary>Names outside the GA4 and Google Retail vocabularies.</summary>
internal sealed record UnknownEvent() : RowCheck("unknown-event", "Rows whose event name is not known", Severity.Error, RowAction.Quarantine)
{
    public override string Condition => $"event IS NULL OR event NOT IN ({string.Join(", ", EventNames.Accepted.Values.Distinct().Order().Select(name => $"'{name}'"))})";
}
