namespace ModelOps.EventLog;

/// <summary>Of a search's answer: what was asked, and how much was found.</summary>
/// <param name="Form">The query's words without case, accents and punctuation: what queries are compared by. Empty where it has none.</param>
/// <param name="Page">From 1.</param>
/// <param name="First">How many products are on the pages before.</param>
/// <param name="Found">Products on all pages that have words of the query; 0 where popular ones, or ones near in meaning, came instead.</param>
/// <param name="Match"><c>all</c>, <c>some</c>, <c>near</c> or <c>none</c>, as the answer says.</param>
/// <param name="Sort">Null for relevance.</param>
/// <param name="Filter">As JSON; null without one.</param>
/// <param name="Corrected">The query as the catalogue spells it; null where it was searched for as it was.</param>
public sealed record LoggedSearch(string Form, int Page, int First, int Found, string Match, string? Sort = null, string? Filter = null, string? Corrected = null);

/// <summary>Of an answer to a customer's message: how it was answered. The message is not kept.</summary>
/// <param name="Way"><c>faq</c>, <c>order</c>, <c>products</c>, <c>ask-back</c> or <c>hand-over</c>.</param>
/// <param name="Reason">Of a hand-over.</param>
/// <param name="Intent">Null where it is not known.</param>
public sealed record LoggedAssist(string Way, string? Reason, bool IsOutOfScope, string? Intent);
