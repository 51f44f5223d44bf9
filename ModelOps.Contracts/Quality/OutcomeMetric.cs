namespace ModelOps.Contracts.Quality;

/// <summary>What became of searches and of answers to customers, as shares from 0 to 1: the names that reports, alert rules and guards use.</summary>
public static class OutcomeMetric
{
    /// <summary>Searches of which a product was clicked, put into the cart or bought.</summary>
    public const string SearchClickRate = "search_ctr";

    /// <summary>The same among the first product, the first three, the first ten.</summary>
    public const string SearchClickRateAt1 = "search_ctr_at_1", SearchClickRateAt3 = "search_ctr_at_3", SearchClickRateAt10 = "search_ctr_at_10";

    /// <summary>Searches that found nothing.</summary>
    public const string ZeroResultRate = "zero_result_rate";

    /// <summary>Searches without a click, after which the shopper asked in other words.</summary>
    public const string ReformulationRate = "reformulation_rate";

    /// <summary>Searches after which the shopper did nothing.</summary>
    public const string AbandonedRate = "abandoned_rate";

    /// <summary>Answers that leave the customer to a person.</summary>
    public const string HandOverRate = "hand_over_rate";

    /// <summary>Messages that are about something else.</summary>
    public const string OutOfScopeRate = "out_of_scope_rate";

    /// <summary>Answers that ask what is meant.</summary>
    public const string AskBackRate = "ask_back_rate";

    /// <summary>Answers from the shop's own texts, from its order system, with products.</summary>
    public const string FaqRate = "faq_rate", OrderRate = "order_rate", ProductRate = "product_rate";
}

/// <summary>What became of a time range's searches, or answers to customers.</summary>
/// <param name="Version">Null where the rows are not told apart by it; so is <paramref name="Arm"/>.</param>
/// <param name="Answers">Searches, their first pages only; or answers to customers.</param>
/// <param name="Shoppers">Different ones; each answer for nobody in particular is one.</param>
/// <param name="Rates">By <see cref="OutcomeMetric"/>, with 95 % intervals by shopper.</param>
/// <param name="MeanPlace">Of searches with a click: the mean place of the highest product that was clicked, from 1; null without clicks, as <paramref name="MedianPlace"/> is.</param>
public sealed record OutcomeReport(int? Version, string? Arm, long Answers, long Shoppers, IReadOnlyDictionary<string, Estimate> Rates, double? MeanPlace, double? MedianPlace);
