namespace ModelOps.Inference.Rules;

/// <summary>Products at fixed places, as far as they are sold and the request allows them.</summary>
/// <param name="Position">Of the first one, from 1.</param>
internal sealed record Pin(string Name, WhenDefinition? When, IReadOnlyList<string> Products, int Position) : Rule(Name, When);
