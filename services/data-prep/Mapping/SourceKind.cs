namespace ModelOps.DataPrep.Mapping;

/// <summary>What a source tells of; each kind is a table of the dataset version.</summary>
internal enum SourceKind
{
    Events,
    Products,
    Users,
    Campaigns,
    Judgements,
    Messages,
    Faq,
    Pictures,
}
