namespace ModelOps.Search.Learning;

/// <summary>
/// The position-based click model: a click takes that the place was looked at and that the product attracts for the query, each with its
/// own probability. Both are estimated by expectation maximisation from clicks alone (Chuklin, Markov and de Rijke, "Click Models for Web
/// Search", 2015, 4.1.3; Wang, Golbandi, Bendersky, Metzler and Najork, "Position Bias Estimation for Unbiased Learning to Rank in
/// Personal Search", WSDM 2018). What tells the two apart is that products are seen at several places, as prices, stock, filters, likes
/// and new versions move them; where none was, the places' probabilities stay as they are guessed at first.
/// </summary>
public sealed class PositionModel
{
    private const int Rounds = 200;
    private const double Settled = 1e-5;

    /// <summary>Answers' worth of belief that a product attracts as the others do, so that one lucky click makes none attractive.</summary>
    private const double Prior = 4;

    /// <summary>No place is looked at less: dividing by less would make of one click a hundred.</summary>
    private const double LeastExamined = .02;

    private readonly double[] examined;
    private readonly Dictionary<(string Query, string Item), double> attraction;

    private PositionModel(double[] examined, Dictionary<(string, string), double> attraction) => (this.examined, this.attraction) = (examined, attraction);

    /// <summary>The probability that a place is looked at, by place from the first, over the first one's.</summary>
    public IReadOnlyList<double> Examined => examined;

    /// <summary>The probability that the product is clicked where it is looked at; null where it was never shown for the query.</summary>
    public double? AttractionOf(string query, string item) => attraction.TryGetValue((query, item), out var value) ? value : null;

    public static PositionModel Fit(IReadOnlyList<PlaceClicks> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var places = rows.Select(row => row.Place).DefaultIfEmpty(0).Max();
        // One over the place's root: between what eye tracking and what swapped results have found, and only the start.
        var examined = Enumerable.Range(1, places).Select(place => 1 / Math.Sqrt(place)).ToArray();
        var pairs = rows.Select(row => (row.Query, row.Item)).Distinct().Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        var shown = rows.Select(row => (Pair: pairs[(row.Query, row.Item)], Place: row.Place - 1, Shown: (double)row.Shown, Clicked: (double)Math.Min(row.Clicked, row.Shown))).ToArray();
        var usual = Math.Min(1, shown.Sum(row => row.Clicked) / Math.Max(1, shown.Sum(row => row.Shown * examined[row.Place]))); // clicks far down say more than one each
        var attraction = Enumerable.Repeat(usual, pairs.Count).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            var (lookedAt, placeShown) = (new double[places], new double[places]);
            var (attracted, pairShown) = (new double[pairs.Count], new double[pairs.Count]);
            foreach (var (pair, place, times, clicked) in shown)
            {
                // Of what was not clicked: the product may have attracted unseen, or was looked at and did not attract.
                var missed = Math.Max(1e-12, 1 - examined[place] * attraction[pair]);
                lookedAt[place] += clicked + (times - clicked) * examined[place] * (1 - attraction[pair]) / missed;
                placeShown[place] += times;
                attracted[pair] += clicked + (times - clicked) * attraction[pair] * (1 - examined[place]) / missed;
                pairShown[pair] += times;
            }
            usual = attracted.Sum() / Math.Max(1, pairShown.Sum());
            var moved = 0.0;
            for (var pair = 0; pair < attraction.Length; pair++)
                moved = Math.Max(moved, Replace(ref attraction[pair], (attracted[pair] + Prior * usual) / (pairShown[pair] + Prior)));
            for (var place = 0; place < places; place++)
                moved = Math.Max(moved, placeShown[place] > 0 ? Replace(ref examined[place], Math.Clamp(lookedAt[place] / placeShown[place], LeastExamined, 1)) : 0);
            if (moved < Settled)
                break;
        }
        var first = places > 0 ? examined[0] : 1;
        return new PositionModel([.. examined.Select(place => place / first)], pairs.ToDictionary(pair => pair.Key, pair => Math.Min(1, attraction[pair.Value] * first)));
    }

    /// <summary>The same from what was clicked per time shown, as if every place were looked at alike.</summary>
    public static PositionModel Raw(IReadOnlyList<PlaceClicks> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var usual = rows.Sum(row => (double)row.Clicked) / Math.Max(1, rows.Sum(row => (double)row.Shown));
        return new PositionModel([.. Enumerable.Repeat(1.0, rows.Select(row => row.Place).DefaultIfEmpty(0).Max())],
            rows.GroupBy(row => (row.Query, row.Item)).ToDictionary(pair => pair.Key, pair => (pair.Sum(row => row.Clicked) + Prior * usual) / (pair.Sum(row => row.Shown) + Prior)));
    }

    /// <returns>How far it moved.</returns>
    private static double Replace(ref double value, double by)
    {
        var moved = Math.Abs(by - value);
        value = by;
        return moved;
    }
}
