using static ModelOps.DataPrep.Mapping.FieldType;

namespace ModelOps.DataPrep.Mapping;

/// <summary>A table of a dataset version: which columns it has and how they are recognised.</summary>
internal sealed record TableSchema(SourceKind Kind, string Description, params Field[] Fields)
{
    public const string User = "user_id";
    public const string Item = "item_id";
    public const string Time = "time";
    public const string Event = "event";
    public const string Quantity = "quantity";
    public const string Price = "price";
    public const string Session = "session_id";
    public const string Title = "title";
    public const string Category = "category";
    public const string Availability = "availability";

    /// <summary>Why a row is put aside, where its file says so already, and what to do; see <see cref="ModelOps.Pictures.PictureFault"/>.</summary>
    public const string Fault = "fault", Reason = "reason";

    /// <summary>The column into which all others of the source go, as a JSON object.</summary>
    public const string Attributes = "attributes";

    private static readonly string[] UserNames = ["user_id", "user", "customer_id", "visitor_id", "reviewer_id", "client_id", "shopper", "member_id"];
    private static readonly string[] ItemNames = ["item_id", "item", "product_id", "asin", "parent_asin", "stock_code", "sku", "movie_id", "article_id"];
    private static readonly string[] TimeNames = ["timestamp", "time", "event_time", "event_timestamp", "datetime", "date", "invoice_date", "unix_review_time", "created_at"];

    /// <summary>True where columns that no field takes are kept as <see cref="Attributes"/>.</summary>
    public bool KeepsAttributes { get; init; }

    /// <summary>The part's name in an upload, and the key in a mapping.</summary>
    public string Part => Kind.ToString().ToLowerInvariant();

    /// <summary>Personalize's interactions, MovieLens, RetailRocket, Amazon Reviews, GA4's and Google Retail's exports, order lines.</summary>
    public static TableSchema Events { get; } = new(SourceKind.Events, "what shoppers did",
        new(User, Id, [.. UserNames, "user_info.user_id", "user_pseudo_id"]) { IsRequired = true, TakesTheFirstFilled = true },
        new(Item, Id, [.. ItemNames, "items.item_id", "items.id", "product_details.product.id", "products.id", "line_items.sku", "line_items.product_id"]) { IsRequired = true },
        new(Time, FieldType.Time, TimeNames) { IsRequired = true },
        new(Event, Text, "event_type", "event", "event_name", "action"),
        new(Quantity, Number, "quantity", "qty", "items.quantity", "product_details.quantity", "products.quantity", "line_items.quantity"),
        new(Price, FieldType.Price, "price", "unit_price", "item_price", "items.price", "product_details.product.price_info.price", "products.price", "line_items.price"),
        new(Session, Id, "session_id", "session", "invoice_no", "order_id", "transaction_id", "ga_session_id", "event_params.ga_session_id", "visit_id", "purchase_transaction.id"),
        new(Title, Text, "description", "title", "item_name", "product_title", "name", "items.item_name", "product_details.product.title"));

    /// <summary>Google Merchant's attributes.</summary>
    public static TableSchema Products { get; } = new(SourceKind.Products, "the catalogue",
        new(Item, Id, ["id", .. ItemNames]) { IsRequired = true },
        new(Title, Text, "title", "name", "item_name", "product_title", "description"),
        new("brand", Text, "brand", "item_brand", "manufacturer", "supplier", "vendor"),
        new(Category, Text, "product_type", "category", "categories", "google_product_category", "item_category", "genres", "class"),
        new(Price, FieldType.Price, "price", "unit_price", "sale_price", "price_info.price"),
        new(Availability, Text, "availability", "available", "in_stock"),
        new("description", Text, "description", "short_description", "long_description", "body", "body_html"),
        new("link", Text, "link", "url", "uri", "product_url"),
        new("image_link", Text, "image_link", "image", "image_url", "img_high", "thumbnail", "images.uri"),
        new("gtin", Id, "gtin", "ean", "upc", "isbn", "barcode"),
        new("item_group_id", Id, "item_group_id", "group_id", "parent_id", "primary_product_id"),
        new("google_product_category", Text, "google_product_category"))
    { KeepsAttributes = true };

    public static TableSchema Users { get; } = new(SourceKind.Users, "the shoppers",
        new(User, Id, ["id", .. UserNames]) { IsRequired = true },
        new("segment", Text, "segment", "group", "membership_status"),
        new("gender", Text, "gender", "sex"),
        new("age", Number, "age"),
        new("country", Text, "country", "region"),
        new("language", Text, "language", "locale"),
        new("registered", FieldType.Time, "registered", "registered_at", "signup_time", "signup_date", "created_at"))
    { KeepsAttributes = true };

    public static TableSchema Campaigns { get; } = new(SourceKind.Campaigns, "who saw which campaign, and what came of it",
        new("treatment", Text, "treatment", "segment", "variant", "arm", "exposure", "exposed", "group") { IsRequired = true },
        new("conversion", Flag, "conversion", "converted", "outcome", "response", "responded", "purchased", "y") { IsRequired = true },
        new("campaign", Text, "campaign", "campaign_id", "campaign_name"),
        new(User, Id, UserNames),
        new(Time, FieldType.Time, TimeNames),
        new("visit", Flag, "visit", "visited", "click", "clicked"),
        new("spend", FieldType.Price, "spend", "revenue", "amount", "value"))
    { KeepsAttributes = true };

    public static TableSchema Judgements { get; } = new(SourceKind.Judgements, "how well products answer search queries",
        new("query", Text, "query", "search_term", "search_query", "keyword", "q") { IsRequired = true },
        new(Item, Id, [.. ItemNames, "product_uid", "doc_id", "document_id"]) { IsRequired = true },
        new("grade", Number, "grade", "relevance", "rating", "judgement", "judgment", "label", "score") { IsRequired = true },
        new(Title, Text, "title", "product_title", "name"));

    public static TableSchema Messages { get; } = new(SourceKind.Messages, "what customers write, and what they want",
        new("text", Text, "text", "message", "body", "utterance", "content", "question", "review", "comment", "sentence") { IsRequired = true },
        new("intent", Text, "intent", "category", "topic", "cat", "label", "class"),
        new(User, Id, UserNames),
        new(Time, FieldType.Time, TimeNames),
        new("language", Text, "language", "locale", "lang"))
    { KeepsAttributes = true };

    public static TableSchema Faq { get; } = new(SourceKind.Faq, "questions with their answers",
        new("question", Text, "question", "q", "title") { IsRequired = true },
        new("answer", Text, "answer", "a", "response", "body") { IsRequired = true },
        new(Category, Text, "category", "topic", "section"),
        new("language", Text, "language", "locale", "lang"),
        new("link", Text, "link", "url"));

    /// <summary>As <see cref="Pictures.PictureRows"/> lays them out.</summary>
    public static TableSchema Pictures { get; } = new(SourceKind.Pictures, "what products look like",
        new(Item, Id, "item_id") { IsRequired = true },
        new("picture", Bytes, "picture"),
        new("width", Number, "width"),
        new("height", Number, "height"),
        new("address", Id, "address"),
        new("etag", Id, "etag"),
        new(Fault, Text, "fault"),
        new(Reason, Text, "reason"));

    public static IReadOnlyList<TableSchema> All { get; } = [Events, Products, Users, Campaigns, Judgements, Messages, Faq, Pictures];

    public static TableSchema Of(SourceKind kind) => All[(int)kind];
}
