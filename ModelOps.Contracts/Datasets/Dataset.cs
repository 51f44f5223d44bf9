namespace ModelOps.Contracts.Datasets;

/// <summary>A name that gathers versions.</summary>
public sealed record Dataset(string Name, int LatestVersion, DateTimeOffset CreatedAt, IReadOnlyList<DatasetVersion> Versions);

/// <summary>An immutable, checked and sorted state of a shop's data.</summary>
/// <param name="Version">Counts from 1.</param>
/// <param name="Rows">Of the source rows: read, kept, and put aside with a reason.</param>
/// <param name="Report">Where the report is.</param>
/// <param name="EventCursor">Events of the event log up to this position are inside.</param>
/// <param name="ContentSha256">The version's address: hash over its files, the same for the same content.</param>
/// <param name="RemovedAt">When its files were removed; report, statistics and lineage remain.</param>
public sealed record DatasetVersion(
    string Name,
    int Version,
    DatasetRows Rows,
    string Report,
    DateTimeOffset CreatedAt,
    long EventCursor,
    DatasetProfile Profile,
    string? ContentSha256 = null,
    DateTimeOffset? RemovedAt = null);

public sealed record DatasetRows(long Read, long Kept, long Quarantined);

/// <summary>What a version holds.</summary>
/// <param name="HasClock">False when the timestamps only give the order within a user, so that a split in time means nothing.</param>
public sealed record DatasetProfile(
    long Users,
    long Items,
    long Events,
    long Products,
    DateTimeOffset? From,
    DateTimeOffset? To,
    IReadOnlyDictionary<string, long> EventsByName,
    bool HasClock)
{
    /// <summary>Rows of the tables beside events and products, by name: <c>users</c>, <c>campaigns</c>, <c>judgements</c>, <c>messages</c>, <c>faq</c>, <c>pictures</c>, <c>searches</c>, <c>queries</c>, <c>reformulations</c>.</summary>
    public IReadOnlyDictionary<string, long> Tables { get; init; } = new Dictionary<string, long>();
}

/// <summary>The files of a version.</summary>
public static class DatasetFiles
{
    /// <summary>
    /// <c>user_id, item_id, event, time (UTC), quantity, price, session_id</c>, by user, then time, then source order. Then what is known at
    /// the event: <c>session</c> (counts from 1 for each user), <c>weight</c> (implicit feedback). Then what came after it, for targets
    /// only: <c>label_next_item</c>, <c>label_bought</c> (a view or cart that a purchase followed), <c>label_returned</c>; null while it is not
    /// known. Then <c>time_split</c> and <c>leave_one_out</c>: train, validation or test.
    /// </summary>
    public const string Events = "events.parquet";

    /// <summary>
    /// <c>item_id, title, brand, category, price, available, description, link, image_link, gtin, item_group_id, google_product_category,
    /// attributes</c> (the source's other columns, as a JSON object), by item; <c>category_source, category_confidence</c> where a
    /// category was missing and others were not: see <see cref="LabelTask"/>, which does the same for columns of other tables.
    /// </summary>
    public const string Products = "products.parquet";

    /// <summary>
    /// <c>user_id, valid_from, valid_until, orders, spend, segment, lifecycle, price_band, favourite_category, favourite_brand</c>: the tags of a
    /// user for events after <c>valid_from</c> up to <c>valid_until</c>, from what happened before them alone.
    /// </summary>
    public const string UserTags = "user_tags.parquet";

    /// <summary><c>source, row, reason, raw, column</c>: what was put aside, where it stood and why; the reasons are the names of the checks and of unreadable rows.</summary>
    public const string Quarantine = "quarantine.parquet";

    /// <summary><c>user_id, segment, gender, age, country, language, registered, attributes</c>; one row a shopper. Where users were uploaded.</summary>
    public const string Users = "users.parquet";

    /// <summary><c>treatment, conversion, campaign, user_id, time, visit, spend, attributes</c>, in source order. Where campaigns were uploaded.</summary>
    public const string Campaigns = "campaigns.parquet";

    /// <summary><c>query, item_id, grade, title</c>, in source order. Where judgements were uploaded.</summary>
    public const string Judgements = "judgements.parquet";

    /// <summary><c>text, intent, user_id, time, language, attributes</c>, in source order. Where messages were uploaded.</summary>
    public const string Messages = "messages.parquet";

    /// <summary><c>question, answer, category, language, link</c>, in source order. Where an FAQ was uploaded.</summary>
    public const string Faq = "faq.parquet";

    /// <summary><c>item_id, picture</c> (a JPEG file, upright, at most 256 pixels a side), <c>width, height, address, etag</c> (where it was fetched), by item. Where pictures were uploaded or fetched.</summary>
    public const string Pictures = "pictures.parquet";

    /// <summary>
    /// <c>query, item_id, place, shown, clicked, bought</c>: how often a query's answers showed the product at that place of the page, from 1, and
    /// what came of it. Of queries that at least five different shoppers have asked, as the next two. Where the event log has searches.
    /// </summary>
    public const string Searches = "searches.parquet";

    /// <summary><c>query, asked, shoppers, found, clicked, bought</c>: how often and by how many it was asked, how many products it usually finds, and what came of it.</summary>
    public const string Queries = "queries.parquet";

    /// <summary><c>query, later, shoppers, times</c>: who clicked nothing for the first, asked the second within five minutes, and clicked.</summary>
    public const string Reformulations = "reformulations.parquet";

    /// <summary>Every file that a version may have.</summary>
    public static IReadOnlyList<string> All { get; } = [Events, Products, UserTags, Quarantine, Users, Campaigns, Judgements, Messages, Faq, Pictures, Searches, Queries, Reformulations];

    private static readonly string[] Always = [Events, Products, UserTags, Quarantine];

    /// <summary>Whether a version of this profile has the file.</summary>
    public static bool Has(DatasetProfile profile, string file)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return Always.Contains(file) || profile.Tables.GetValueOrDefault(Path.GetFileNameWithoutExtension(file)) > 0;
    }
}

/// <summary>What the checks found in a version.</summary>
public sealed record DatasetReport(
    string Name,
    int Version,
    DatasetRows Rows,
    DatasetProfile Profile,
    IReadOnlyList<SourceReport> Sources,
    IReadOnlyList<CheckResult> Checks)
{
    /// <summary>Columns that were labelled.</summary>
    public IReadOnlyList<LabelReport> Labels { get; init; } = [];

    /// <summary>The report without the sample rows that <paramref name="isOut"/> tells of; itself when there are none.</summary>
    public DatasetReport Without(Func<string, bool> isOut)
    {
        ArgumentNullException.ThrowIfNull(isOut);
        if (!Checks.Any(check => check.Samples.Any(isOut)) && !Sources.Any(source => source.Faults.Any(fault => fault.Samples.Any(sample => isOut(sample.Text)))))
            return this;
        return this with
        {
            Checks = [.. Checks.Select(check => check with { Samples = [.. check.Samples.Where(sample => !isOut(sample))] })],
            Sources = [.. Sources.Select(source => source with { Faults = [.. source.Faults.Select(fault => fault with { Samples = [.. fault.Samples.Where(sample => !isOut(sample.Text))] })] })],
        };
    }
}

/// <summary>What one check did.</summary>
/// <param name="Action"><c>repair</c>, <c>drop</c>, <c>quarantine</c> or <c>keep</c>.</param>
/// <param name="Severity"><c>info</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Rows">Rows, or products for the checks of the catalogue. A row that several checks found counts in each.</param>
/// <param name="Limit">The threshold that held, where the check has one.</param>
public sealed record CheckResult(
    string Check,
    string Description,
    string Severity,
    string Action,
    long Rows,
    IReadOnlyList<string> Samples,
    double? Limit = null);

/// <summary>Asks for a version of all files that the dataset has, those that were put aside too, by its rules of now; it also holds what the event log has taken in since.</summary>
public sealed record PrepareRequest(bool IncludeEventLog = true)
{
    /// <summary>
    /// How the files are read from now on, written as an upload's mapping (YAML): it takes the place of the mapping of all files of the
    /// kinds that it names. Null leaves each file its own. A mapping that the files do not fit changes nothing.
    /// </summary>
    public string? Mapping { get; init; }

    /// <summary>The names of the files that <see cref="Mapping"/> is for, where it is not for all of its kinds.</summary>
    public IReadOnlyList<string>? Files { get; init; }
}
