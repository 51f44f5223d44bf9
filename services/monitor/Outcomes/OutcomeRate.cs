using ModelOps.Contracts.Quality;
using ModelOps.Monitor.Alerts.Metrics;

namespace ModelOps.Monitor.Outcomes;

/// <summary>A share of searches, or of answers to customers. One line makes it part of reports, alert rules, Prometheus and guards.</summary>
/// <param name="Name">Of <see cref="OutcomeMetric"/>.</param>
/// <param name="Hit">In SQL, of a row of the kind's table.</param>
/// <param name="Lag">What shoppers need before it can be told.</param>
internal sealed record OutcomeRate(OutcomeKind Kind, string Name, string Meaning, string Hit, TimeSpan Lag = default)
{
    public static IReadOnlyList<OutcomeRate> All { get; } =
    [
        Search(OutcomeMetric.SearchClickRate, "Searches of which a product was clicked", "place IS NOT NULL"),
        Search(OutcomeMetric.SearchClickRateAt1, "Searches of which the first product was clicked", "place = 1"),
        Search(OutcomeMetric.SearchClickRateAt3, "Searches of which one of the first three was clicked", "place <= 3"),
        Search(OutcomeMetric.SearchClickRateAt10, "Searches of which one of the first ten was clicked", "place <= 10"),
        Search(OutcomeMetric.ZeroResultRate, "Searches that found nothing", "found = 0") with { Lag = default },
        Search(OutcomeMetric.ReformulationRate, "Searches without a click, asked again in other words", $"place IS NULL AND followed = {(int)FollowedBy.OtherWords}"),
        Search(OutcomeMetric.AbandonedRate, "Searches after which nothing came", $"place IS NULL AND followed = {(int)FollowedBy.Nothing}"),
        new(OutcomeKind.Assist, OutcomeMetric.HandOverRate, "Answers that leave the customer to a person", "way = 'hand-over'"),
        new(OutcomeKind.Assist, OutcomeMetric.OutOfScopeRate, "Messages about something else", "is_out_of_scope"),
        new(OutcomeKind.Assist, OutcomeMetric.AskBackRate, "Answers that ask what is meant", "way = 'ask-back'"),
        new(OutcomeKind.Assist, OutcomeMetric.FaqRate, "Answers from the shop's texts", "way = 'faq'"),
        new(OutcomeKind.Assist, OutcomeMetric.OrderRate, "Answers from the order system", "way = 'order'"),
        new(OutcomeKind.Assist, OutcomeMetric.ProductRate, "Answers with products", "way = 'products'"),
    ];

    public static IReadOnlyList<OutcomeRate> Of(OutcomeKind kind) => [.. All.Where(rate => rate.Kind == kind)];

    public static OutcomeRate? Find(string name) => All.FirstOrDefault(rate => rate.Name == name);

    /// <summary>As a metric that rules can watch.</summary>
    public MetricDefinition ToMetric() => new(Name, Meaning, Kind.Observed, ["model", "arm"], $"modelops.{Kind.Name}.{Name}", Lag: Lag);

    private static OutcomeRate Search(string name, string meaning, string hit) => new(OutcomeKind.Search, name, meaning, hit, OutcomeTally.Reformulation);
}

/// <summary>What there are rates of.</summary>
/// <param name="Trial">In SQL: which of the table's rows count.</param>
/// <param name="Observed">What one of them is called.</param>
internal sealed record OutcomeKind(string Name, string Table, string Trial, string Observed)
{
    /// <summary>A further page belongs to the search that it goes on from.</summary>
    public static OutcomeKind Search { get; } = new("search", OutcomeTables.Searches, "page = 1", "searches");

    public static OutcomeKind Assist { get; } = new("assist", OutcomeTables.AssistAnswers, "true", "answers");
}
