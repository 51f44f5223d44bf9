namespace ModelOps.Registry.Versions;

/// <summary>What people say of a model; there is a row once somebody has said something.</summary>
internal sealed class ModelRow
{
    public required string Store { get; init; }
    public required string Model { get; init; }
    public required string Description { get; set; }
    public required Dictionary<string, string> Tags { get; init; }
}
