using System.Numerics.Tensors;
using ModelOps.Features.Text;
using ModelOps.Features.Text.Tokenizers;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Texts;

/// <summary>
/// The application's training: learns from a share of the queries or messages, writes the package, and measures it, as it will be served, on
/// the others, beside what words alone say. What was measured is what is served.
/// </summary>
internal sealed class TextRun(TextOptions options, double heldOut, Action<WorkerMessage> report)
{
    /// <summary>Grades from which a text answers its query, and up to which it does not.</summary>
    private const double Answers = 0.5, Fails = 0.01;

    private const int MostNegatives = 2, MostPairsPerQuery = 20;
    private const int MostForetold = 1000;
    private const string Model = "model", Words = "tf-idf", Neighbours = "bigram";

    public async Task<(TextReport Report, Dictionary<string, IReadOnlyDictionary<string, double>> Comparison)> RunAsync(string kind, TextDataset dataset, string package)
    {
        report(new WorkerMessage(Phase: "read"));
        var (products, judged, messages) = (await dataset.ReadProductsAsync(), await dataset.ReadJudgementsAsync(), await dataset.ReadMessagesAsync());
        string[] corpus = [.. products.SelectMany(product => product.Description is null ? [product.Title] : new[] { product.Title, product.Description }), .. judged.Select(row => row.Query).Distinct(), .. messages.Select(message => message.Text)];
        return kind switch
        {
            EncoderKind.Classify => Classify([.. messages.Where(message => message.Intent is not null).Select(message => (message.Text, message.Intent!))], corpus, package),
            EncoderKind.Generate => Generate([.. corpus, .. await dataset.ReadFaqAsync()], package),
            EncoderKind.Rerank => Rerank(judged, corpus, package),
            _ => Embed(judged, products, corpus, package),
        };
    }

    private (TextReport, Dictionary<string, IReadOnlyDictionary<string, double>>) Classify(List<(string Text, string Intent)> messages, string[] corpus, string package)
    {
        string[] labels = [.. messages.Select(message => message.Intent).Distinct().Order(StringComparer.Ordinal)];
        if (labels.Length < 2)
            throw new TrainingException($"The dataset's messages have {labels.Length} intents; two are needed. Upload messages with the columns text and intent.");
        var all = messages.ConvertAll(message => new LabelledText(message.Text, Array.IndexOf(labels, message.Intent)));
        var (test, learned) = Part(all, text => text.Text);
        var trained = TextTraining.TrainClassifier(options, corpus, learned, labels, package, Tell);
        using var exported = new ExportedTexts(package);
        int[] expected = [.. test.Select(text => text.Label)];
        string[] texts = [.. test.Select(text => text.Text)];
        return (trained, new()
        {
            [Model] = TextMetrics.Classification(expected, [.. exported.Of(texts).Select(scores => TensorPrimitives.IndexOfMax<float>(scores))]),
            [Words] = TextMetrics.Classification(expected, [.. TextMetrics.LabelsByWords(learned, texts)]),
        });
    }

    private (TextReport, Dictionary<string, IReadOnlyDictionary<string, double>>) Rerank(List<JudgedText> judged, string[] corpus, string package)
    {
        if (judged.Select(row => row.Query).Distinct().Count() < 5)
            throw new TrainingException("The dataset has judgements of fewer than five queries. Upload them with the columns query, item_id and grade.");
        var (test, learned) = Part(judged, row => row.Query);
        var trained = TextTraining.TrainReranker(options, corpus, learned.ConvertAll(row => new GradedPair(row.Query, row.Title, row.Grade)), package, Tell);
        using var exported = new ExportedTexts(package);
        var queries = test.GroupBy(row => row.Query).Select(rows => rows.ToList()).ToList();
        return (trained, new()
        {
            [Model] = Ranking(queries.ConvertAll(rows =>
            {
                var scores = exported.Of([.. rows.Select(row => (row.Query, row.Title))]);
                return TextMetrics.Ndcg(rows.Zip(scores).OrderByDescending(row => row.Second[0]).Select(row => row.First.Grade), rows.Select(row => row.Grade));
            })),
            [Words] = Ranking(queries.ConvertAll(rows => TextMetrics.Ndcg(TextMetrics.RankByWords([.. rows.Select(row => row.Title)], [rows[0].Query]).Single().Select(at => rows[at].Grade), rows.Select(row => row.Grade)))),
        });
    }

    private (TextReport, Dictionary<string, IReadOnlyDictionary<string, double>>) Embed(List<JudgedText> judged, List<ShopText> products, string[] corpus, string package)
    {
        // Without judgements a description stands for what somebody might ask.
        var asked = judged.Count > 0 ? judged : [.. products.Where(product => product.Description is not null).Select((product, at) => new JudgedText(product.Description!, $"{at}", product.Title, 1))];
        if (asked.Select(row => row.Query).Distinct().Count() < 5)
            throw new TrainingException("The dataset has neither judgements nor products with a title and a description, from which an encoder learns what belongs together. Upload either.");
        var (test, learned) = Part(asked, row => row.Query);
        var trained = TextTraining.TrainEncoder(options, corpus, Pairs(learned), package, Tell);
        using var exported = new ExportedTexts(package);
        string[] candidates = [.. asked.Select(row => row.Title).Distinct()];
        var queries = test.GroupBy(row => row.Query).Select(rows => (Query: rows.Key, Grades: rows.GroupBy(row => row.Title).ToDictionary(row => row.Key, row => row.Max(one => one.Grade)))).ToList();
        var (texts, vectors) = (exported.Of(candidates), exported.Of([.. queries.Select(query => query.Query)]));
        double? Measure(int query, IEnumerable<int> ranked) => TextMetrics.Ndcg(ranked.Select(at => queries[query].Grades.GetValueOrDefault(candidates[at])), queries[query].Grades.Values);
        return (trained, new()
        {
            [Model] = Ranking([.. vectors.Select((vector, query) => Measure(query, Enumerable.Range(0, candidates.Length).OrderByDescending(at => TensorPrimitives.Dot<float>(texts[at], vector)).Take(10)))]),
            [Words] = Ranking([.. TextMetrics.RankByWords(candidates, queries.Select(query => query.Query)).Select((ranked, query) => Measure(query, ranked))]),
        });
    }

    private (TextReport, Dictionary<string, IReadOnlyDictionary<string, double>>) Generate(string[] corpus, string package)
    {
        List<string> texts = [.. corpus.Where(text => !string.IsNullOrWhiteSpace(text)).Distinct()];
        if (texts.Count < 5)
            throw new TrainingException($"The dataset has {texts.Count} texts; a decoder learns from five and more. Upload products with titles, messages, or an FAQ.");
        var (test, learned) = Part(texts, text => text);
        var trained = TextTraining.TrainDecoder(options, learned, package, Tell);
        using var exported = new ExportedDecoder(package);
        EncodedText Read(string text) => exported.Tokenizer.EncodeAfterEnd(text, Math.Min(options.MaxTokens, exported.Description.MaxTokens), isWhole: true);
        EncodedText[] foretold = [.. test.Take(MostForetold).Select(Read)];
        return (trained, new()
        {
            [Model] = exported.Foretell(foretold),
            [Neighbours] = TextMetrics.ForetoldByPairs(learned.Select(Read), foretold, exported.Description.Outputs),
        });
    }

    /// <summary>Queries with texts that answer them, and of each query texts that do not.</summary>
    private static List<TextPair> Pairs(List<JudgedText> judged) => [.. judged.GroupBy(row => row.Query).SelectMany(rows =>
    {
        string[] fails = [.. rows.Where(row => row.Grade <= Fails).Select(row => row.Title).Distinct()];
        return rows.Where(row => row.Grade >= Answers).OrderByDescending(row => row.Grade).Take(MostPairsPerQuery)
            .Select((row, at) => new TextPair(row.Query, row.Title, [.. Enumerable.Range(0, Math.Min(MostNegatives, fails.Length)).Select(number => fails[(at * MostNegatives + number) % fails.Length])]));
    })];

    private static Dictionary<string, double> Ranking(List<double?> queries)
    {
        var measured = queries.OfType<double>().ToList();
        return new() { ["ndcg@10"] = measured.Count > 0 ? measured.Average() : 0, ["cases"] = measured.Count };
    }

    /// <summary>Rows of the same key stay together.</summary>
    private (List<T> Test, List<T> Learned) Part<T>(List<T> rows, Func<T, string> key)
    {
        string[] keys = [.. rows.Select(key).Distinct().Order(StringComparer.Ordinal)];
        new Random(options.Seed).Shuffle(keys);
        var held = keys.Take(Math.Max(1, (int)Math.Round(keys.Length * heldOut))).ToHashSet(StringComparer.Ordinal);
        return (rows.FindAll(row => held.Contains(key(row))), rows.FindAll(row => !held.Contains(key(row))));
    }

    private void Tell(string phase, int pass, double loss)
    {
        report(new WorkerMessage(Phase: phase));
        if (double.IsFinite(loss))
            report(new WorkerMessage(Epoch: new Contracts.Runs.EpochPoint(phase, pass, loss, null, null, 0)));
    }
}
