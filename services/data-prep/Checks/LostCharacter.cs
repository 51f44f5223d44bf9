namespace ModelOps.DataPrep.Checks;

/// <summary>U+FFFD stands where a program could not read a byte; what was there is lost, only the shop can export it again.</summary>
internal sealed record LostCharacter() : RowCheck("lost-character", "Titles with the replacement character", Severity.Warning, RowAction.Keep)
{
    public override string Condition => "contains(title, '\uFFFD')";
}
