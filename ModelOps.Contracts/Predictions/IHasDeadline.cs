namespace ModelOps.Contracts.Predictions;

/// <summary>A question whose answer is of no use after a while.</summary>
public interface IHasDeadline
{
    /// <summary>In milliseconds; null for the server's default.</summary>
    int? DeadlineMs { get; }
}
