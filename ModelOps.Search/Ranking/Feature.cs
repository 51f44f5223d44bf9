namespace ModelOps.Search.Ranking;

/// <summary>What is looked at besides the words' weights; each is 0 to 1.</summary>
public enum Feature
{
    /// <summary>What the query asks for is what the title says that the product is.</summary>
    Head,

    /// <summary>What the query asks for only describes another thing: the projector of a projector lamp.</summary>
    Modifier,

    /// <summary>Of the query's words in the title, the share that comes only after <c>for</c>, a comma or a bracket.</summary>
    Aside,

    /// <summary>The query's words are neighbours in the title, in their order.</summary>
    Phrase,

    /// <summary>Of the words that name the product, the share that the query has.</summary>
    Named,

    /// <summary>The query names the brand.</summary>
    Brand,

    Popularity,

    /// <summary>How near the product's vector is to the query's; 0 without vectors.</summary>
    Cosine,

    /// <summary>Its place by nearness: 1 for the nearest, half for the tenth; 0 where it is not among the nearest.</summary>
    Nearness,

    /// <summary>How much its picture looks like those of the best by words; 0 without pictures.</summary>
    Looks,
}
