namespace ModelOps.Search.Learning;

/// <summary>What shoppers did with a product at a place of a query's answers.</summary>
/// <param name="Place">On its page, from 1.</param>
/// <param name="Shown">Answers that showed it there.</param>
/// <param name="Clicked">Of these, those in which it was clicked, put into the cart or bought.</param>
/// <param name="Bought">Of these, those in which it was bought.</param>
public sealed record PlaceClicks(string Query, string Item, int Place, long Shown, long Clicked, long Bought = 0);
