using ModelOps.Search.Analysis;

namespace ModelOps.Bench.Search;

/// <summary>A query and a product's title that is to be judged.</summary>
internal sealed record QueryTitle(string Query, string Title);

/// <summary>
/// Numbers that say how well a title answers a query, for gradient boosting: words shared, weighted by how rare they are, runs of
/// characters, what is missing, where words stand, how near other words come, and how the title compares with the query's other ones.
/// </summary>
internal static class PairFeatures
{
    private const double K1 = 1.2, B = .6;

    /// <returns>A row a pair, all of the same length.</returns>
    public static float[][] Of(IReadOnlyList<QueryTitle> pairs, Stemmer stemmer)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var corpus = new PairCorpus([.. pairs.Select(pair => pair.Title).Distinct()], stemmer);
        var queries = pairs.Select(pair => pair.Query).Distinct().ToDictionary(text => text, corpus.ReadQuery, StringComparer.Ordinal);
        var titles = pairs.Select(pair => pair.Title).Distinct().ToDictionary(text => text, text => corpus.Read(text), StringComparer.Ordinal);
        var rows = new float[pairs.Count][];
        var shown = pairs.CountBy(pair => pair.Title).ToDictionary();
        Parallel.For(0, pairs.Count, i => rows[i] = [.. Alone(corpus, queries[pairs[i].Query], titles[pairs[i].Title]), shown[pairs[i].Title]]);
        foreach (var group in pairs.Index().GroupBy(pair => pair.Item.Query))
            Beside(rows, [.. group.Select(pair => pair.Index)], [.. group.Select(pair => titles[pair.Item.Title])], corpus);
        return rows;
    }

    private static List<float> Alone(PairCorpus corpus, PairText query, PairText title)
    {
        var features = new List<double> { query.Words.Length, query.Characters, title.Words.Length, title.Characters };
        var counts = title.Words.CountBy(word => word).ToDictionary();
        var places = query.Words.Select(word => Array.IndexOf(title.Words, word)).ToArray();
        var idfs = query.Words.Select(corpus.Idf).ToArray();
        var total = Math.Max(1e-9, idfs.Sum());
        var found = places.Count(place => place >= 0);
        var norm = 1 - B + B * title.Words.Length / corpus.AverageLength;
        features.Add(found);
        features.Add(Share(found, places.Length));
        features.Add(idfs.Where((_, i) => places[i] >= 0).Sum() / total);
        features.Add(query.Words.Zip(idfs, (word, idf) => counts.TryGetValue(word, out var count) ? idf * count * (K1 + 1) / (count + K1 * norm) : 0).Sum());
        features.Add(features[^1] / total);
        // What is missing, and how telling that is.
        var missing = idfs.Where((_, i) => places[i] < 0).ToArray();
        features.Add(missing.DefaultIfEmpty(0).Max());
        features.Add(missing.Sum());
        features.Add(idfs.DefaultIfEmpty(0).Min());
        features.Add(idfs.DefaultIfEmpty(0).Max());
        features.Add(idfs.DefaultIfEmpty(0).Average());
        // The last word says what is looked for, the first often who makes it.
        foreach (var at in new[] { places.Length - 1, places.Length - 2, 0 })
        {
            var valid = at >= 0 && at < places.Length;
            features.Add(valid && places[at] >= 0 ? 1 : 0);
            features.Add(valid ? idfs[at] : 0);
            features.Add(valid && places[at] >= 0 ? (double)places[at] / title.Words.Length : -1);
        }
        features.Add(places.Length > 0 && places[^1] >= 0 ? title.Words.Length - 1 - places[^1] : -1);
        // Order and nearness.
        var pairs = Math.Max(1, places.Length - 1);
        features.Add((double)Enumerable.Range(1, places.Length > 0 ? places.Length - 1 : 0).Count(i => places[i] >= 0 && places[i] == places[i - 1] + 1) / pairs);
        features.Add((double)Enumerable.Range(1, places.Length > 0 ? places.Length - 1 : 0).Count(i => places[i] > places[i - 1] && places[i - 1] >= 0) / pairs);
        var at0 = places.Where(place => place >= 0).ToArray();
        features.Add(at0.Length > 0 ? at0.Min() : -1);
        features.Add(at0.Length > 0 ? at0.Max() - at0.Min() + 1 - at0.Length : -1);
        features.Add(Share(counts.Keys.Count(query.Words.Contains), counts.Count));
        features.Add(title.Words.Distinct().Where(query.Words.Contains).Sum(corpus.Idf) / Math.Max(1e-9, title.Words.Distinct().Sum(corpus.Idf)));
        // Runs of characters: endings, compounds and misspellings.
        var shared = query.Grams.Where(gram => Array.BinarySearch(title.Grams, gram) >= 0).ToArray();
        features.Add(Share(shared.Length, query.Grams.Length));
        features.Add(shared.Sum(corpus.GramIdf) / Math.Max(1e-9, query.Grams.Sum(corpus.GramIdf)));
        features.Add(Share(shared.Length, query.Grams.Length + title.Grams.Length - shared.Length));
        // How near the nearest word of the title comes to each of the query's.
        var near = query.Texts.Select(word => title.Texts.Select(other => Alike(word, other)).DefaultIfEmpty(0).Max()).ToArray();
        features.Add(near.DefaultIfEmpty(0).Min());
        features.Add(near.DefaultIfEmpty(0).Average());
        features.Add(near.Zip(idfs, (alike, idf) => alike * idf).Sum() / total);
        features.Add(near.LastOrDefault());
        // Words that stand together in other titles mean things of a kind.
        var meets = query.Words.Select(word => title.Words.Select(other => corpus.Meet(word, other)).DefaultIfEmpty(0).Max()).ToArray();
        var means = query.Words.Select(word => title.Words.Select(other => corpus.Meet(word, other)).DefaultIfEmpty(0).Average()).ToArray();
        features.Add(meets.DefaultIfEmpty(0).Min());
        features.Add(meets.DefaultIfEmpty(0).Average());
        features.Add(meets.Zip(idfs, (meet, idf) => meet * idf).Sum() / total);
        features.Add(meets.LastOrDefault());
        features.Add(means.DefaultIfEmpty(0).Average());
        features.Add(means.DefaultIfEmpty(0).Min());
        features.Add(means.LastOrDefault());
        features.Add(corpus.Company(query, title));
        // Measures and model numbers.
        var numbers = query.Texts.Index().Where(word => word.Item.Any(char.IsAsciiDigit)).Select(word => word.Index).ToArray();
        features.Add(numbers.Length);
        features.Add(numbers.Length > 0 ? (double)numbers.Count(at => places[at] >= 0) / numbers.Length : -1);
        features.Add(title.Texts.Count(word => word.Any(char.IsAsciiDigit)));
        return [.. features.Select(value => (float)value)];
    }

    /// <summary>Adds how a title compares with the others of its query: products that many of them are like are rarely beside the point.</summary>
    private static void Beside(float[][] rows, int[] group, PairText[] titles, PairCorpus corpus)
    {
        var vectors = titles.Select(title => VectorOf(title, corpus)).ToArray();
        var sum = new Dictionary<int, double>();
        foreach (var vector in vectors)
        {
            foreach (var (word, value) in vector)
                sum[word] = sum.GetValueOrDefault(word) + value;
        }
        var length = Math.Sqrt(sum.Values.Sum(value => value * value));
        int[] compared = [6, 8, 31, 35, 39, 44];
        var means = compared.Select(column => group.Average(row => (double)rows[row][column])).ToArray();
        var most = compared.Select(column => group.Max(row => (double)rows[row][column])).ToArray();
        for (var i = 0; i < group.Length; i++)
        {
            var others = vectors[i].Sum(pair => pair.Value * sum[pair.Key]) - 1;
            var row = rows[group[i]];
            rows[group[i]] =
            [
                .. row, group.Length, group.Length > 1 ? (float)(others / (group.Length - 1)) : -1, length > 0 ? (float)((others + 1) / length) : -1,
                .. compared.SelectMany((column, c) => new[] { (float)means[c], (float)most[c], (float)(row[column] - means[c]), (float)(most[c] - row[column]) }),
            ];
        }
    }

    private static Dictionary<int, double> VectorOf(PairText title, PairCorpus corpus)
    {
        var vector = title.Words.Distinct().ToDictionary(word => word, corpus.Idf);
        var length = Math.Sqrt(vector.Values.Sum(value => value * value));
        return length > 0 ? vector.ToDictionary(pair => pair.Key, pair => pair.Value / length) : vector;
    }

    /// <summary>Dice's coefficient of pairs of characters, more where the beginnings are the same.</summary>
    private static double Alike(string left, string right)
    {
        if (left == right)
            return 1;
        if (left.Length < 3 || right.Length < 3)
            return 0;
        var shared = 0;
        Span<bool> used = stackalloc bool[Math.Min(right.Length - 1, 64)];
        for (var i = 0; i + 1 < left.Length; i++)
        {
            for (var j = 0; j < used.Length; j++)
            {
                if (used[j] || left[i] != right[j] || left[i + 1] != right[j + 1])
                    continue;
                used[j] = true;
                shared++;
                break;
            }
        }
        return 2.0 * shared / (left.Length + right.Length - 2);
    }

    private static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}
