using DuckDB.NET.Data;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>One thing that can be wrong with a shop's data, and what is done about it. A file each; <see cref="CheckList"/> lists them.</summary>
/// <param name="Limit">The threshold, where the check has one; the description says its unit. <see cref="DatasetRules"/> can set another.</param>
internal abstract record Check(string Name, string Description, Severity Severity, RowAction Action, double? Limit = null)
{
    /// <summary>The actions that a shop's rules may choose instead; a repair can only be left out.</summary>
    public virtual IReadOnlyList<RowAction> Choices => [RowAction.Keep, RowAction.Quarantine, RowAction.Drop];

    /// <summary>The threshold for SQL.</summary>
    protected string LimitText => (Limit ?? 0).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>
/// A check of single rows. It looks at every row whatever the others found, so that the report counts all that is wrong;
/// a row's fate is the strictest action of those that found it.
/// </summary>
internal abstract record RowCheck(string Name, string Description, Severity Severity, RowAction Action, double? Limit = null) : Check(Name, Description, Severity, Action, Limit)
{
    /// <summary>SQL that is true for the check's findings, over a row of <c>staged</c>.</summary>
    public abstract string Condition { get; }

    /// <summary>SQL run before, which makes the small tables that <see cref="Condition"/> looks into.</summary>
    public virtual string? Tables => null;

    /// <summary>Makes these tables, where a query alone cannot.</summary>
    public virtual void Prepare(DuckDBConnection duck)
    {
        if (Tables is { } tables)
            duck.Execute(tables);
    }
}

/// <summary>A repair, done while a row is read: the columns of the raw text that are set anew where the condition holds.</summary>
internal abstract record RepairCheck(string Name, string Description, Severity Severity) : Check(Name, Description, Severity, RowAction.Repair)
{
    public override IReadOnlyList<RowAction> Choices => [RowAction.Repair, RowAction.Keep];

    /// <summary>SQL over the raw text columns.</summary>
    public abstract string Condition { get; }

    /// <summary>Column to its new value, in SQL.</summary>
    public abstract IReadOnlyDictionary<string, string> Repairs { get; }
}

/// <summary>A check of the data as a whole, such as the catalogue: the report says what it found, rows stay.</summary>
internal abstract record WholeCheck(string Name, string Description, Severity Severity, RowAction Action, double? Limit = null) : Check(Name, Description, Severity, Action, Limit)
{
    public override IReadOnlyList<RowAction> Choices => [Action];

    /// <summary>A query with one row for each finding and a column <c>sample</c>, the first shown first.</summary>
    public abstract string Findings { get; }
}

/// <summary>
/// A check of the rows of other tables than the events: users, judgements, messages, FAQ. Rows stay, are put aside, or lose or mend
/// the value that is wrong.
/// </summary>
internal abstract record TableCheck(string Name, string Description, Severity Severity, RowAction Action, double? Limit = null) : Check(Name, Description, Severity, Action, Limit)
{
    public override IReadOnlyList<RowAction> Choices => Findings.Any(finding => finding.Repair is not null) ? [RowAction.Repair, RowAction.Keep, RowAction.Quarantine] : [RowAction.Keep, RowAction.Quarantine];

    public abstract IReadOnlyList<TableFinding> Findings { get; }
}

/// <param name="Table">The table that is looked at.</param>
/// <param name="Condition">SQL that is true for the findings, over a row of the staged table.</param>
/// <param name="Repair">The assignment that mends a row, where there is one.</param>
internal sealed record TableFinding(SourceKind Table, string Condition, string? Repair = null);

internal enum Severity
{
    Info,
    Warning,
    Error,
}

internal enum RowAction
{
    /// <summary>The row is mended and stays.</summary>
    Repair,

    /// <summary>The row goes: another says the same.</summary>
    Drop,

    /// <summary>The row is put aside with the reason.</summary>
    Quarantine,

    /// <summary>The row stays; the report says how many.</summary>
    Keep,
}
