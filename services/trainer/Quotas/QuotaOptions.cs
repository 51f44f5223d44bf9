using System.ComponentModel.DataAnnotations;

namespace ModelOps.Trainer.Quotas;

/// <summary>What a store may use of the trainer. What is absent has no limit.</summary>
public class Quota
{
    /// <summary>Minutes that a store's runs may run in a day, from midnight UTC. A run that has begun is not cut off.</summary>
    [Range(0, 1_000_000)] public double? MinutesPerDay { get; init; }

    /// <summary>Runs of a store that may be queued or running at a time.</summary>
    [Range(0, 10_000)] public int? ConcurrentRuns { get; init; }
}

/// <summary>The configuration section <c>Trainer:Quota</c>: what holds for every store, and what for some.</summary>
public sealed class QuotaOptions : Quota, IValidatableObject
{
    /// <summary>By store id; such a store has its own limits alone.</summary>
    public IReadOnlyDictionary<string, Quota> Stores { get; init; } = new Dictionary<string, Quota>();

    public Quota Of(string store) => Stores.GetValueOrDefault(store) ?? this;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var wrong = new List<ValidationResult>();
        foreach (var quota in Stores.Values)
            Validator.TryValidateObject(quota, new ValidationContext(quota), wrong, validateAllProperties: true);
        return wrong;
    }
}
