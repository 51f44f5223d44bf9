using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Checks;

/// <summary>Judgements of what the catalogue does not have, where there is one.</summary>
internal sealed record JudgedUnknown() : TableCheck("judged-unknown", "Judgements of products that the catalogue does not have", Severity.Info, RowAction.Keep)
{
    private static readonly string Catalogue = StagedSource.Table(SourceKind.Products);

    public override IReadOnlyList<TableFinding> Findings { get; } =
        [new(SourceKind.Judgements, $"EXISTS (SELECT 1 FROM {Catalogue}) AND item_id NOT IN (SELECT item_id FROM {Catalogue} WHERE item_id IS NOT NULL)")];
}
