using ModelOps.Contracts.Runs;

namespace ModelOps.Contracts.Privacy;

/// <summary>The removal of a person.</summary>
/// <param name="User">The person's pseudonym: the keyed hash of the user id.</param>
/// <param name="Statement">The record as it was signed, byte for byte.</param>
/// <param name="Signature">ECDSA P-256 with SHA-256 over <paramref name="Statement"/> in UTF-8, IEEE P1363 format, base64.</param>
/// <param name="PublicKey">The store's, SubjectPublicKeyInfo in PEM.</param>
/// <param name="Error">Why it failed; while it runs, what it waits for.</param>
public sealed record Erasure(
    Guid Id, RunState State, string User, DateTimeOffset RequestedAt, ErasureRecord? Record, string? Statement, string? Signature, string? PublicKey, string? Error);

/// <summary>What was removed where, and that a look afterwards found nothing more.</summary>
public sealed record ErasureRecord(Guid Id, string Store, string User, DateTimeOffset RequestedAt, DateTimeOffset FinishedAt, IReadOnlyList<ErasedPlace> Places);

/// <summary>By what a person was known in the event log.</summary>
/// <param name="User">As the shop writes it.</param>
/// <param name="Sessions">Of the visits in which the person signed in.</param>
/// <param name="Answers">The attribution tokens of what the person was shown.</param>
public sealed record PersonTraces(string User, IReadOnlyList<string> Sessions, IReadOnlyList<string> Answers);

/// <param name="Place">For example <c>dataset retail, source orders.csv</c> or <c>event log</c>.</param>
/// <param name="Removed">Rows, events or files.</param>
/// <param name="Remaining">Rows of the person that a look afterwards found there.</param>
/// <param name="Before">SHA-256 of the file before.</param>
/// <param name="After">SHA-256 of the file now; null where there is none any more.</param>
public sealed record ErasedPlace(string Place, string What, long Removed, long Remaining, string? Before = null, string? After = null);
