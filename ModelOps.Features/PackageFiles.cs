namespace ModelOps.Features;

/// <summary>The files of a recommender's package, which the trainer writes and inference reads.</summary>
public static class PackageFiles
{
    /// <summary>Histories in, the best items out: <see cref="PackageGraph"/>.</summary>
    public const string Model = "model.onnx";

    public const string Items = "items.jsonl";
    public const string Shoppers = "shoppers.jsonl";
    public const string Schema = "schema.json";

    /// <summary>What belongs to each item, for shelves beside a product; packages from before have none.</summary>
    public const string Related = "related.jsonl";

    /// <summary>Of a large catalogue: finds the best items without scoring all, for the vectors that the users' graph makes of histories. See <see cref="Retrieval.ItemIndex"/> and <see cref="Retrieval.UserGraph"/>.</summary>
    public const string Index = "items.index", User = "user.onnx";

    /// <summary>Of a text network in place of a recommender's files: what it answers, its graph in 8 bits where that answers alike, and its tokenizer. See <see cref="Text.EncoderDescription"/>.</summary>
    public const string Encoder = "encoder.json", Int8Model = "model.int8.onnx", Tokenizer = "tokenizer.json";

    /// <summary>Of a search that orders its best products again: what its network answers, and its graph. The tokenizer is the one above.</summary>
    public const string Reranker = "reranker.json", RerankerModel = "reranker.onnx";

    public const string ModelCard = "model-card.json";

    /// <summary>A network's weights as it learned them (safetensors), and what their rows stand for: a later training may begin there. Not needed to serve.</summary>
    public const string Weights = "weights.safetensors", WeightsDescription = "weights.json";

    /// <summary>In place of all the others but the model: what goes into a model of somebody's own and what comes out. See <see cref="ModelSignature"/>.</summary>
    public const string Signature = "signature.json";

    /// <summary>Of a message classifier: what makes a package of it, its linear part, the words that its graph knows, one a line, and the answers. See <see cref="Assist.AssistSettings"/>.</summary>
    public const string Assist = "assist.json", Linear = "linear.bin", Words = "words.txt", Faq = "faq.jsonl";

    /// <summary>Of a picture network: how it reads pictures, the vectors of the catalogue's, the products that they show, a line each, and small copies to show. See <c>ModelOps.Pictures</c>.</summary>
    public const string Pictures = "pictures.json", PictureVectors = "pictures.vectors", PictureProducts = "pictures.jsonl", Thumbnails = "pictures.thumbnails";
}
