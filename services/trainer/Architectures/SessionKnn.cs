// Jannach, Ludewig: When recurrent neural networks meet the neighborhood for session-based recommendation. RecSys 2017,
// https://doi.org/10.1145/3109859.3109872, with the decays by place of
// Garg et al.: Sequence and time aware neighborhood for session-based recommendations (STAN). SIGIR 2019, https://arxiv.org/abs/1904.10691
using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Architectures;

/// <summary>How sessions are neighbours of a history, and what they say.</summary>
/// <param name="Memory">The item before the last one weighs this much of the last one in the comparison, and so on.</param>
/// <param name="Rarity">Power of an item's rarity, log(sessions / its sessions), in the comparison.</param>
/// <param name="Shortness">Power of a session's length that divides its likeness.</param>
/// <param name="Distance">An item one place further from what the session shares with the history counts this much of the nearer one.</param>
/// <param name="Backward">An item before it counts this much of one after it.</param>
/// <param name="Asked">Power of an item's count that divides its score.</param>
/// <param name="Neighbours">Sessions that have a say.</param>
/// <param name="Recent">Sessions of each item that are looked at, the latest.</param>
public sealed record SessionKnnSettings(double Memory, double Rarity, double Shortness, double Distance, double Backward, double Asked, int Neighbours, int Recent)
{
    public static SessionKnnSettings Default { get; } = new(0.6, 1, 0.5, 0.8, 0.8, 0, 200, 128);

    /// <summary>Other values to try, a list a setting.</summary>
    public static IReadOnlyList<IReadOnlyList<Func<SessionKnnSettings, SessionKnnSettings>>> Axes { get; } =
    [
        [.. new[] { 0.3, 0.45, 0.6, 0.75, 0.9, 1 }.Select(value => (Func<SessionKnnSettings, SessionKnnSettings>)(settings => settings with { Memory = value }))],
        [.. new[] { 0, 0.5, 1, 2 }.Select(value => (Func<SessionKnnSettings, SessionKnnSettings>)(settings => settings with { Rarity = value }))],
        [.. new[] { 0, 0.25, 0.5, 0.75, 1 }.Select(value => (Func<SessionKnnSettings, SessionKnnSettings>)(settings => settings with { Shortness = value }))],
        [.. new[] { 0.5, 0.65, 0.8, 0.9, 1 }.Select(value => (Func<SessionKnnSettings, SessionKnnSettings>)(settings => settings with { Distance = value }))],
        [.. new[] { 0.3, 0.6, 0.8, 1 }.Select(value => (Func<SessionKnnSettings, SessionKnnSettings>)(settings => settings with { Backward = value }))],
        [.. new[] { 0, 0.25, 0.5 }.Select(value => (Func<SessionKnnSettings, SessionKnnSettings>)(settings => settings with { Asked = value }))],
        [.. new[] { 50, 100, 200, 500 }.Select(value => (Func<SessionKnnSettings, SessionKnnSettings>)(settings => settings with { Neighbours = value }))],
    ];
}

/// <summary>What shoppers with a like history chose around what the histories share; scores are over the best of the row.</summary>
public sealed class SessionKnn : IRecommender
{
    /// <summary>The most items of a session; a longer sequence counts as several sessions.</summary>
    private const int MostWidth = 50;

    private const double Faintest = 0.01;

    private readonly SessionKnnSettings settings;
    private readonly int width;
    private readonly int[] sessions; // (sessions + 1, width) items from the first, padded with 0; session 0 is empty
    private readonly float[] shortness; // (sessions + 1)
    private readonly int recent;
    private readonly int[] latest; // (items + 1, recent) sessions, padded with 0
    private readonly int[] places; // (items + 1, recent) of the item in that session
    private readonly float[] rarity; // (items + 1)
    private readonly float[] divisor; // (items + 1)
    private readonly float[] asking; // (reach), the oldest first
    private readonly float[] around; // (2 width − 1): weight of an item by its place after what is shared; the middle is 0 apart
    private readonly ThreadLocal<(Likeness Likeness, int[] Order)> work;

    private SessionKnn(int length, int items, int[][] kept, SessionKnnSettings settings)
    {
        (Length, Items, this.settings) = (length, items, settings);
        width = Math.Max(1, kept.DefaultIfEmpty([]).Max(session => session.Length));
        sessions = new int[(kept.Length + 1) * width];
        shortness = new float[kept.Length + 1];
        for (var s = 0; s < kept.Length; s++)
        {
            kept[s].CopyTo(sessions, (s + 1) * width);
            shortness[s + 1] = (float)Math.Pow(kept[s].Length, -settings.Shortness);
        }
        var postings = new Postings(kept, items);
        var most = Enumerable.Range(1, items).Max(postings.CountOf);
        recent = Math.Clamp(most, 1, settings.Recent);
        latest = new int[(items + 1) * recent];
        places = new int[(items + 1) * recent];
        rarity = new float[items + 1];
        divisor = new float[items + 1];
        for (var item = 1; item <= items; item++)
        {
            var of = postings.Of(item);
            rarity[item] = (float)Math.Pow(Math.Log((kept.Length + 1.0) / Math.Max(1, of.Length)), settings.Rarity);
            divisor[item] = (float)Math.Pow(Math.Max(1, of.Length), -settings.Asked);
            of = of[Math.Max(0, of.Length - recent)..];
            for (var i = 0; i < of.Length; i++)
                (latest[item * recent + i], places[item * recent + i]) = (of[i].Sequence + 1, of[i].Place);
        }
        var reach = settings.Memory >= 1 ? length : Math.Min(length, 1 + (int)(Math.Log(Faintest) / Math.Log(settings.Memory)));
        asking = [.. Enumerable.Range(0, reach).Select(place => (float)Math.Pow(settings.Memory, reach - 1 - place))];
        around = [.. Enumerable.Range(1 - width, 2 * width - 1).Select(apart => (float)(Math.Pow(settings.Distance, Math.Abs(apart)) * (apart < 0 ? settings.Backward : 1)))];
        work = new(() => (new Likeness(shortness.Length), new int[shortness.Length]));
    }

    public int Items { get; }

    public int Length { get; }

    private int Neighbours => Math.Min(settings.Neighbours, shortness.Length);

    public static SessionKnn Count(Observed observed, SessionKnnSettings settings)
    {
        ArgumentNullException.ThrowIfNull(observed);
        ArgumentNullException.ThrowIfNull(settings);
        return new SessionKnn(observed.Length, observed.Items, [.. observed.Sequences.SelectMany(sequence => sequence.Chunk(MostWidth)).Where(session => session.Length > 1)], settings);
    }

    public void Score(ReadOnlySpan<long> histories, Span<float> scores)
    {
        scores.Clear();
        var columns = Items + 1;
        var (likeness, order) = work.Value;
        for (var (row, from) = (0, 0); from < histories.Length; row++, from += Length)
        {
            var into = scores.Slice(row * columns, columns);
            Compare(histories.Slice(from + Length - asking.Length, asking.Length), likeness);
            foreach (var session in likeness.Best(shortness, Neighbours, order))
            {
                var (like, shared) = (likeness.Of(session) * shortness[session], likeness.SharedPlace(session));
                for (var place = 0; place < width && sessions[session * width + place] is var item && item > 0; place++)
                    into[item] += like * around[place - shared + width - 1];
            }
            likeness.Clear();
            System.Numerics.Tensors.TensorPrimitives.Multiply(into, divisor, into);
            RowScale.OverBest(into);
        }
    }

    private void Compare(ReadOnlySpan<long> asked, Likeness likeness)
    {
        for (var place = 0; place < asked.Length; place++)
        {
            var item = (int)asked[place];
            var weight = asking[place] * rarity[item];
            for (var i = item * recent; i < (item + 1) * recent && latest[i] > 0; i++)
                likeness.Add(latest[i], weight, place, places[i]);
        }
    }

    public string Export(GraphBuilder graph, string history)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var flat = graph.Constant("flat", new long[] { 0, -1 });
        var asked = graph.LastColumns(history, asking.Length); // (batch, reach)
        string Of(string table) => graph.Node("Gather", [table, asked], ("axis", 0L));
        var who = Of(graph.Constant("sessionKnn.latest", latest, Items + 1, recent)); // (batch, reach, recent)
        var weight = graph.Node("Mul", [Of(graph.Constant("sessionKnn.rarity", rarity)), graph.Constant("sessionKnn.asking", asking)]); // (batch, reach)
        weight = graph.Node("Expand", [graph.Node("Unsqueeze", [weight, graph.Constant("axis2", 2L)]), graph.Node("Shape", [who])]);
        var shared = graph.Node("Add", [Of(graph.Constant("sessionKnn.places", Array.ConvertAll(places, place => (float)place), Items + 1, recent)), graph.Constant("sessionKnn.order", Likeness.Codes(asking.Length), asking.Length, 1)]);
        var (whoFlat, weightFlat, sharedFlat) = (graph.Node("Reshape", [who, flat]), graph.Node("Reshape", [weight, flat]), graph.Node("Reshape", [shared, flat]));
        var none = graph.Zeros(history, shortness.Length);
        var like = graph.Node("ScatterElements", [none, whoFlat, weightFlat], ("axis", 1L), ("reduction", "add")); // (batch, sessions + 1)
        like = graph.Node("Mul", [like, graph.Constant("sessionKnn.shortness", shortness)]);
        var (best, sessionsOf) = graph.TopK(like, graph.Constant("sessionKnn.neighbours", (long)Neighbours)); // (batch, neighbours)
        var codes = graph.Node("ScatterElements", [none, whoFlat, sharedFlat], ("axis", 1L), ("reduction", "max"));
        codes = graph.Node("Cast", [graph.Node("GatherElements", [codes, sessionsOf], ("axis", 1L))], ("to", 6L));
        var place = graph.Node("Mod", [codes, graph.Constant("sessionKnn.step", new int[] { Likeness.Step }, 1)]); // (batch, neighbours)
        var apart = graph.Node("Sub", [graph.Constant("sessionKnn.place", Enumerable.Range(width - 1, width).ToArray(), width), graph.Node("Unsqueeze", [place, graph.Constant("axis2", 2L)])]); // (batch, neighbours, width)
        var worth = graph.Node("Gather", [graph.Constant("sessionKnn.around", around), apart], ("axis", 0L));
        worth = graph.Node("Mul", [worth, graph.Node("Unsqueeze", [best, graph.Constant("axis2", 2L)])]);
        var items = graph.Node("Gather", [graph.Constant("sessionKnn.sessions", sessions, shortness.Length, width), sessionsOf], ("axis", 0L)); // (batch, neighbours, width)
        var sum = graph.Node("ScatterElements", [graph.Zeros(history, Items + 1), graph.Node("Reshape", [items, flat]), graph.Node("Reshape", [worth, flat])], ("axis", 1L), ("reduction", "add"));
        return RowScale.ExportOverBest(graph, graph.Node("Mul", [sum, graph.Constant("sessionKnn.divisor", new float[] { 0 }.Concat(divisor[1..]).ToArray())]));
    }

    public void Dispose() => work.Dispose();

    /// <summary>How like each session is to one history, and where in it the latest shared item stands.</summary>
    private sealed class Likeness(int sessions)
    {
        /// <summary>Above every place in a session, so that place in the history and place in the session share a number.</summary>
        public const int Step = 64;

        private readonly float[] sums = new float[sessions];
        private readonly int[] codes = new int[sessions];
        private readonly List<int> touched = [];

        /// <summary>What the place in the history adds to a code.</summary>
        public static float[] Codes(int reach) => [.. Enumerable.Range(1, reach).Select(place => (float)(place * Step))];

        public float Of(int session) => sums[session];

        public int SharedPlace(int session) => codes[session] % Step;

        public void Add(int session, float weight, int asked, int place)
        {
            if (codes[session] == 0)
                touched.Add(session);
            sums[session] += weight;
            codes[session] = Math.Max(codes[session], (asked + 1) * Step + place);
        }

        /// <summary>The most alike, of equals the first, as ONNX's TopK has it.</summary>
        public ReadOnlySpan<int> Best(float[] shortness, int count, int[] order)
        {
            var found = 0;
            foreach (var session in touched)
                order[found++] = session;
            var all = order.AsSpan(0, found);
            all.Sort((a, b) => (sums[b] * shortness[b]).CompareTo(sums[a] * shortness[a]) is var by && by != 0 ? by : a.CompareTo(b));
            return all[..Math.Min(count, found)];
        }

        public void Clear()
        {
            foreach (var session in touched)
                (sums[session], codes[session]) = (0, 0);
            touched.Clear();
        }
    }
}
