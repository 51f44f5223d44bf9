namespace ModelOps.Monitor.Drift.Profiles;

/// <summary>How a thing is distributed, which decides how two distributions are compared.</summary>
internal enum MeasureKind
{
    /// <summary>Along a scale.</summary>
    Number,

    /// <summary>Over a fixed handful of values.</summary>
    Few,

    /// <summary>Over as many values as the shop has.</summary>
    Many,

    /// <summary>Yes or no.</summary>
    Share,
}

/// <summary>A thing whose distribution over the shoppers of a day is watched.</summary>
internal sealed record Measure(string Name, MeasureKind Kind)
{
    public static readonly Measure
        Event = new("event", MeasureKind.Few),
        Hour = new("hour", MeasureKind.Few),
        Product = new("product", MeasureKind.Many),
        Category = new("category", MeasureKind.Many),
        Brand = new("brand", MeasureKind.Many),
        Embedding = new("embedding", MeasureKind.Many),
        Price = new("price", MeasureKind.Number),
        Quantity = new("quantity", MeasureKind.Number),
        Activity = new("events_per_shopper", MeasureKind.Number),
        History = new("history", MeasureKind.Number),
        UnknownProduct = new("unknown_product", MeasureKind.Share),
        NewShopper = new("new_shopper", MeasureKind.Share),
        NoPrice = new("no_price", MeasureKind.Share),
        Busy = new("busy_shopper", MeasureKind.Share),
        ShownProduct = new("shown_product", MeasureKind.Many),
        ShownCategory = new("shown_category", MeasureKind.Many),
        ShownEmbedding = new("shown_embedding", MeasureKind.Many),
        ShownPopularity = new("shown_popularity", MeasureKind.Number),
        ShownScore = new("shown_score", MeasureKind.Number),
        ClickDelay = new("click_delay", MeasureKind.Number),
        PurchaseDelay = new("purchase_delay", MeasureKind.Number);

    /// <summary>By name.</summary>
    public static readonly IReadOnlyDictionary<string, Measure> All = new[]
    {
        Event, Hour, Product, Category, Brand, Embedding, Price, Quantity, Activity, History, UnknownProduct, NewShopper, NoPrice, Busy,
        ShownProduct, ShownCategory, ShownEmbedding, ShownPopularity, ShownScore, ClickDelay, PurchaseDelay,
    }.ToDictionary(measure => measure.Name);

    /// <summary>Of what a version answers, which its own first days are the reference for.</summary>
    public bool IsOfAnswers => this == ShownProduct || this == ShownCategory || this == ShownEmbedding || this == ShownPopularity || this == ShownScore;
}

/// <summary>A measure of some of the shoppers.</summary>
/// <param name="Segment"><see cref="Segments.All"/>, or one of the others.</param>
internal readonly record struct Series(string Measure, string Segment);

/// <summary>Which shoppers, or which of their doings.</summary>
internal static class Segments
{
    public const string All = "all", New = "new", Known = "known";
    private const string CategoryPrefix = "category:";

    public static string OfCategory(string category) => CategoryPrefix + category;
}
