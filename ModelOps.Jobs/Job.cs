using ModelOps.Contracts;

namespace ModelOps.Jobs;

/// <summary>A leased piece of work.</summary>
/// <param name="Id">Chosen by whoever enqueues it; enqueuing the same id again changes nothing.</param>
/// <param name="Attempt">Counts from 1.</param>
/// <param name="Token">
/// The fencing token: rises with each lease. A write that carries an older one is refused, so a worker that lost its lease
/// while it slept cannot undo what its successor did.
/// </param>
public sealed record Job(Guid Id, StoreId Store, string Kind, int Attempt, long Token);

/// <summary>Runs the jobs of one kind, in a scope of its own. A job may run more than once: each step of it must bear repetition.</summary>
public interface IJobHandler
{
    /// <summary>Does the work. <paramref name="cancellationToken"/> fires when the lease is lost, the job is cancelled or the service stops.</summary>
    Task RunAsync(Job job, CancellationToken cancellationToken);

    /// <summary>Told once, when no attempt is left or the failure is final.</summary>
    Task OnFailedAsync(Job job, string error, CancellationToken cancellationToken);
}

/// <summary>Something outside that the job needs is away: it is run again after <see cref="JobOptions.MaxDelay"/>, however often, and that costs no attempt.</summary>
public sealed class JobPostponedException : Exception
{
    public JobPostponedException(string message) : base(message) { }

    public JobPostponedException(string message, Exception innerException) : base(message, innerException) { }
}

/// <summary>A failure that another attempt would only repeat, such as malformed input.</summary>
public sealed class FinalJobFailureException : Exception
{
    public FinalJobFailureException(string message) : base(message) { }

    public FinalJobFailureException(string message, Exception innerException) : base(message, innerException) { }
}
