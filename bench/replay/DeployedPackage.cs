using ModelOps.Features;
using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Onnx;

namespace ModelOps.Bench.Replay;

/// <summary>A package's graph, asked as inference asks it: with the history of the moment, whenever the package has learned.</summary>
internal sealed class DeployedPackage : IDisposable
{
    private const int BatchSize = 64;

    private readonly ExportedModel model;
    private readonly FeatureSchema schema;
    private readonly SequenceEncoder encoder;
    private readonly int[] known;
    private readonly int[] numbers;

    /// <param name="items">By the replay's numbers.</param>
    private DeployedPackage(string folder, FeatureSchema schema, Vocabulary vocabulary, IReadOnlyList<string> items)
    {
        (model, this.schema, encoder) = (new ExportedModel(Path.Combine(folder, PackageFiles.Model)), schema, new SequenceEncoder(vocabulary, schema.Length));
        known = [.. items.Select(item => vocabulary.IndexOf(item))];
        numbers = new int[vocabulary.Count + 1];
        foreach (var (number, index) in known.Index())
            numbers[index] = number;
    }

    public static async Task<DeployedPackage> LoadAsync(string folder, IReadOnlyList<string> items)
    {
        var catalogue = await ItemCatalogue.ReadAsync(Path.Combine(folder, PackageFiles.Items));
        return new DeployedPackage(folder, await FeatureSchema.ReadAsync(Path.Combine(folder, PackageFiles.Schema)), catalogue.Vocabulary, items);
    }

    /// <summary>The mean over the questions. A product that the package does not know is one that it misses.</summary>
    public double Ndcg10(IReadOnlyList<Question> questions) => questions.Chunk(BatchSize)
        .SelectMany(batch => batch.Zip(model.Rank([.. batch.Select(Asked)], RankingMetrics.Cutoff)))
        .Average(answer => RankingMetrics.Of(Array.ConvertAll(answer.Second, item => numbers[item.Index]), answer.First.Bought).Ndcg10);

    public void Dispose() => model.Dispose();

    private Trainer.Onnx.Question Asked(Question question)
    {
        var row = new long[schema.Length];
        encoder.Encode(Array.ConvertAll(question.History, purchase => known[purchase.Item]), row);
        int[] seen = schema.ExcludeSeen ? [.. question.History.Select(purchase => known[purchase.Item]).Where(index => index > 0).Distinct()] : [];
        return new Trainer.Onnx.Question(row, seen, schema.Fusion is { } fusion ? Counts(question, fusion) : []);
    }

    /// <summary>How often the customer bought each product, aged; a product twice in a basket is bought once.</summary>
    private Dictionary<int, float> Counts(Question question, FrequencyFusion fusion) => question.History.Distinct()
        .Where(purchase => known[purchase.Item] > 0)
        .GroupBy(purchase => known[purchase.Item])
        .ToDictionary(product => product.Key, product => (float)product.Sum(purchase => fusion.CountOf(question.At - purchase.Time)));
}
