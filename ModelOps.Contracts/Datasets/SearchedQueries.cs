namespace ModelOps.Contracts.Datasets;

/// <summary>What shoppers searched for, of a dataset version: for people who write synonyms, titles and judgements. Only queries of several shoppers are in it.</summary>
/// <param name="FoundNothing">Those that mostly found nothing, most asked first.</param>
/// <param name="Rewordings">What was asked next, when the first was not what was wanted, and then clicked.</param>
public sealed record SearchedQueries(IReadOnlyList<QueryCounts> MostAsked, IReadOnlyList<QueryCounts> FoundNothing, IReadOnlyList<QueryRewording> Rewordings);

/// <param name="Found">Products, in the median asking.</param>
/// <param name="Clicked">Askings after which something was clicked.</param>
public sealed record QueryCounts(string Query, long Asked, long Shoppers, int Found, long Clicked, long Bought);

public sealed record QueryRewording(string Query, string Later, long Shoppers, long Times);
