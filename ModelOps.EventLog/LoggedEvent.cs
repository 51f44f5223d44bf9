using ModelOps.Contracts;
using ModelOps.Contracts.Events;

namespace ModelOps.EventLog;

/// <summary>An event as the log keeps it: complete and in GA4's words.</summary>
/// <param name="Cursor">Where it stands in the log; 0 before it is appended.</param>
public sealed record LoggedEvent(
    StoreId Store,
    string Id,
    string Name,
    string? User,
    string? Session,
    DateTimeOffset Time,
    IReadOnlyList<EventItem> Items,
    string? Token,
    long Cursor = 0);

/// <summary>A part of the log, in order.</summary>
/// <param name="Cursor">Read on from here.</param>
public sealed record EventSlice<T>(IReadOnlyList<T> Events, long Cursor);

/// <summary>An answer that inference gave, with what was shown at which position.</summary>
/// <param name="Token">The attribution token that came with the answer.</param>
/// <param name="Seconds">Time inside inference.</param>
/// <param name="Arm">The rollout's arm that gave the answer.</param>
/// <param name="Failed">The version could not answer, and another one did.</param>
/// <param name="Overlap">Of an answer that was computed beside the one shown: the share of products in both. Null for what was shown.</param>
/// <param name="Session">The visit, for shoppers without an account.</param>
/// <param name="Placement">The page or shelf that it was for.</param>
/// <param name="QueueSeconds">Of the time, what it waited for a batch; null where nothing was computed.</param>
/// <param name="ComputeSeconds">Of the time, what its batches were computed.</param>
/// <param name="Query">Of a search, what was asked; null for recommendations.</param>
/// <param name="Search">Of a search, how it was read and how much was found.</param>
/// <param name="Assist">Of an answer to a customer's message, how it was answered.</param>
/// <param name="Score">Of a shopper's recommendations, the model's score of the best product; null for other answers.</param>
/// <param name="Propensities">With which probability each product was to be at its place; null where every one was certain.</param>
public sealed record Impression(
    StoreId Store,
    string Token,
    DateTimeOffset Time,
    string Model,
    int Version,
    string? User,
    IReadOnlyList<string> Items,
    bool Cached,
    double Seconds,
    string Arm = "champion",
    bool Failed = false,
    double? Overlap = null,
    IReadOnlyList<double>? Propensities = null,
    string? Session = null,
    string Placement = "",
    double? QueueSeconds = null,
    double? ComputeSeconds = null,
    string? Query = null,
    LoggedSearch? Search = null,
    LoggedAssist? Assist = null,
    double? Score = null);
