using System.Globalization;

namespace ModelOps.Faults;

internal enum FaultKind
{
    /// <summary>SIGKILL.</summary>
    Kill,

    /// <summary>SIGSTOP to it and all that it has started, later SIGCONT.</summary>
    Pause,

    /// <summary>Connections between two parts break, new ones are refused.</summary>
    Cut,

    /// <summary>Connections between two parts stay, and nothing comes through.</summary>
    Hold,

    /// <summary>What is asked arrives, but each connection breaks before its answer.</summary>
    LoseAnswers,

    /// <summary>A replica's clock jumps, and later back.</summary>
    Clock,

    /// <summary>A replica's disk is full, later free again.</summary>
    FullDisk,
}

/// <summary>One fault.</summary>
/// <param name="Peer">The other end, where it is a link.</param>
/// <param name="After">Since the one before began.</param>
/// <param name="Jump">Seconds, of a clock.</param>
internal sealed record FaultPoint(int Number, FaultKind Kind, string Part, string? Peer, TimeSpan After, TimeSpan Lasts, int Jump)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Number,5}  +{After.TotalSeconds:0.00} s  {Kind} {Part}{(Peer is null ? "" : $" → {Peer}")}{(Jump == 0 ? "" : $" by {Jump} s")}{(Kind == FaultKind.Kill ? "" : $", {Lasts.TotalSeconds:0.00} s")}");
}

/// <summary>The faults of a seed: the same seed makes the same plan.</summary>
internal static class FaultPlan
{
    private static readonly (FaultKind Kind, double Share)[] Kinds =
        [(FaultKind.Kill, .25), (FaultKind.Pause, .2), (FaultKind.Cut, .15), (FaultKind.Hold, .15), (FaultKind.LoseAnswers, .1), (FaultKind.Clock, .08), (FaultKind.FullDisk, .07)];

    private static readonly int[] Jumps = [-3600, -120, -5, 5, 120, 3600, 86_400];

    /// <param name="seed">Names the plan.</param>
    /// <param name="count">How many faults; a longer plan begins with the shorter one.</param>
    /// <param name="which">Leaves out the others.</param>
    public static IReadOnlyList<FaultPoint> Of(int seed, int count, Func<FaultPoint, bool>? which = null)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(1, int.MaxValue).Select(number => Next(random, number)).Where(which ?? (_ => true)).Take(count)];
    }

    private static FaultPoint Next(Random random, int number)
    {
        var lot = random.NextDouble();
        var kind = Kinds.First(one => (lot -= one.Share) < 0 || one == Kinds[^1]).Kind;
        var (part, peer) = kind switch
        {
            FaultKind.Cut or FaultKind.Hold or FaultKind.LoseAnswers => Pick(random, Parts.Links),
            FaultKind.Clock => (Pick(random, Parts.Replicas), null),
            FaultKind.FullDisk => (Pick(random, Parts.WithDisk), null),
            _ => (Pick(random, [.. Parts.Replicas, .. Parts.Stores]), default(string)),
        };
        var after = TimeSpan.FromMilliseconds(200 + random.Next(1200));
        var lasts = TimeSpan.FromMilliseconds(300 + (int)(4000 * random.NextDouble() * random.NextDouble()));
        return new FaultPoint(number, kind, part, peer, after, lasts, kind == FaultKind.Clock ? Pick(random, Jumps) : 0);
    }

    private static T Pick<T>(Random random, IReadOnlyList<T> among) => among[random.Next(among.Count)];
}
