using System.Globalization;
using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns.Uplift;

namespace ModelOps.Trainer.Tests.Campaigns;

/// <summary>Customers of two kinds, of whom being treated changes one; how recent the last purchase was decides how many respond anyway.</summary>
internal static class SmallCampaign
{
    /// <param name="effect">Of treatment on the kind <c>new</c>.</param>
    public static UpliftRows Rows(int count, int seed, double effect)
    {
        var (table, treated, outcomes) = Draw(count, seed, effect);
        return new UpliftRows(table.Encode(table.Learn(table.Names, [.. Enumerable.Range(0, count)])), treated, outcomes);
    }

    public static (TextTable Table, bool[] Treated, float[] Outcomes) Draw(int count, int seed, double effect)
    {
        var random = new Random(seed);
        var (values, treated, outcomes) = (new string?[count][], new bool[count], new float[count]);
        for (var i = 0; i < count; i++)
        {
            var (kind, recency) = (random.Next(2) == 0 ? "new" : "old", random.Next(1, 13));
            treated[i] = random.Next(2) == 0;
            values[i] = [kind, recency.ToString(CultureInfo.InvariantCulture), random.Next(5) == 0 ? null : random.NextDouble().ToString(CultureInfo.InvariantCulture)];
            outcomes[i] = random.NextDouble() < .35 - .02 * recency + (treated[i] && kind == "new" ? effect : 0) ? 1 : 0;
        }
        return (new TextTable(["kind", "recency", "age"], values), treated, outcomes);
    }
}
