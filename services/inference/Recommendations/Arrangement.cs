// Carbonell, Goldstein: The use of MMR, diversity-based reranking. SIGIR 1998, https://doi.org/10.1145/290941.291025
using ModelOps.Features;
using ModelOps.Inference.Rules;

namespace ModelOps.Inference.Recommendations;

/// <summary>Puts candidates in the order of the answer: boosts, then variety and caps, then what is pinned.</summary>
internal static class Arrangement
{
    public static List<Candidate> Arrange(List<Candidate> candidates, Question question, ShopState shop, double diversity)
    {
        var count = question.Request.Count;
        var pinned = Pinned(question, shop);
        var rest = pinned.Count == 0 ? candidates : candidates.Where(candidate => pinned.All(pin => pin.Candidate.Index != candidate.Index)).ToList();
        var deviation = Level(rest);
        if (shop.Rules.OfType<Boost>().ToList() is { Count: > 0 } boosts)
            rest = Boosted(rest, boosts, shop, deviation);
        var chosen = Choose(rest, count, [.. shop.Rules.OfType<Cap>()], shop, diversity);
        foreach (var (candidate, place) in pinned)
            chosen.Insert(Math.Min(place, chosen.Count), candidate);
        return chosen.Count > count ? chosen[..count] : chosen;
    }

    private static List<(Candidate Candidate, int Place)> Pinned(Question question, ShopState shop)
    {
        var pinned = new List<(Candidate, int)>();
        var taken = new HashSet<int>();
        foreach (var pin in shop.Rules.OfType<Pin>())
        {
            var place = pin.Position - 1;
            foreach (var index in pin.Products.Select(id => question.Model.Catalogue.Vocabulary.IndexOf(id)).Where(index => index > 0 && question.Allows(index) && taken.Add(index)))
            {
                var candidate = new Candidate(index, 0, Recommender.Pinned);
                candidate.MovedBy(pin.Name);
                pinned.Add((candidate, place++));
            }
        }
        return [.. pinned.OrderBy(pin => pin.Item2)];
    }

    private static List<Candidate> Boosted(List<Candidate> candidates, List<Boost> boosts, ShopState shop, double deviation)
    {
        foreach (var candidate in candidates)
        {
            foreach (var boost in boosts)
                boost.Apply(candidate, shop.Catalogue[candidate.Index], deviation);
        }
        return [.. candidates.OrderByDescending(candidate => candidate.Weight)];
    }

    /// <summary>Puts candidates of several sources on the scale of the first: each stays behind those before it.</summary>
    /// <returns>The standard deviation of the first source's scores; 1 where they are all equal.</returns>
    private static double Level(List<Candidate> candidates)
    {
        if (candidates.Count == 0)
            return 1;
        var first = candidates.TakeWhile(candidate => candidate.Reason == candidates[0].Reason || candidate.Reason is Recommender.ByModel or Recommender.Repeat && candidates[0].Reason is Recommender.ByModel or Recommender.Repeat)
            .Select(candidate => candidate.Score).ToList();
        var mean = first.Average();
        var deviation = Math.Sqrt(first.Average(score => (score - mean) * (score - mean)));
        if (!(deviation > 0))
            deviation = 1;
        var lowest = first[^1];
        for (var place = first.Count; place < candidates.Count; place++)
            candidates[place].Weight = lowest - deviation * (place - first.Count + 1) / candidates.Count;
        return deviation;
    }

    /// <summary>The best next one again and again: its score, less what it is like those chosen already.</summary>
    private static List<Candidate> Choose(List<Candidate> candidates, int count, List<Cap> caps, ShopState shop, double diversity)
    {
        var capped = caps.Select(_ => new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase)).ToList();
        bool Fits(CatalogueItem item) => caps.Index().All(cap => cap.Item.KeyOf(item) is not { } key || capped[cap.Index].GetValueOrDefault(key) < cap.Item.Most);
        void Count(CatalogueItem item)
        {
            foreach (var (index, cap) in caps.Index())
            {
                if (cap.KeyOf(item) is { } key)
                    capped[index][key] = capped[index].GetValueOrDefault(key) + 1;
            }
        }

        if (diversity <= 0)
        {
            var plain = new List<Candidate>(count);
            foreach (var candidate in candidates)
            {
                if (plain.Count == count)
                    break;
                var item = shop.Catalogue[candidate.Index];
                if (!Fits(item))
                    continue;
                Count(item);
                plain.Add(candidate);
            }
            return plain;
        }

        var variety = new Variety(candidates, shop.Catalogue);
        var chosen = new List<Candidate>(count);
        while (chosen.Count < count && variety.Best(diversity, Fits) is { } place)
        {
            Count(shop.Catalogue[candidates[place].Index]);
            chosen.Add(candidates[place]);
            variety.Take(place);
        }
        return chosen;
    }
}
