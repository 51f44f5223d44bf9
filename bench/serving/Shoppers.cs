using System.Text.Json;

namespace ModelOps.Bench.Serving;

/// <summary>Who asks: Beauty's shoppers with what they bought.</summary>
internal sealed class Shoppers
{
    private readonly string[] users;
    private readonly string[][] histories;

    private Shoppers(string[] users, string[][] histories) => (this.users, this.histories) = (users, histories);

    public static Shoppers Read(string interactions)
    {
        var byUser = File.ReadLines(interactions).Skip(1).Select(line => line.Split(',')).GroupBy(fields => fields[0], fields => fields[1]).ToList();
        return new Shoppers([.. byUser.Select(user => user.Key)], [.. byUser.Select(user => user.ToArray())]);
    }

    /// <summary>Each request another one, so that no answer is in the cache: the history of a shopper as it once was, its products in a random order.</summary>
    public IEnumerator<byte[]> Uncached(int seed = 1, int? deadline = null)
    {
        var random = new Random(seed);
        while (true)
        {
            string[] history = [.. histories[random.Next(histories.Length)]];
            random.Shuffle(history);
            yield return Http.Post("/v1/recommendations", JsonSerializer.Serialize(deadline is null ? (object)new { history, count = 10 } : new { history, count = 10, deadlineMs = deadline }));
        }
    }

    /// <summary>Shoppers by their account: the service looks up what the event log knows of them. Each asks once in 200 counts.</summary>
    public IEnumerator<byte[]> Users(int seed = 1)
    {
        var random = new Random(seed);
        var order = Enumerable.Range(0, users.Length).ToArray();
        for (var count = 10; ; count = count % 200 + 1)
        {
            random.Shuffle(order);
            foreach (var user in order)
                yield return Http.Post("/v1/recommendations", JsonSerializer.Serialize(new { user = users[user], count }));
        }
    }

    /// <summary>A few shoppers over and over.</summary>
    public IEnumerator<byte[]> Cached(int number = 500)
    {
        var requests = users[..number].Select(user => Http.Post("/v1/recommendations", JsonSerializer.Serialize(new { user, count = 10 }))).ToArray();
        for (var at = 0; ; at = (at + 1) % requests.Length)
            yield return requests[at];
    }

    /// <summary>As the graph takes them; which item has which index does not matter for its time.</summary>
    public IEnumerable<long[]> Rows(int number, int seed = 1)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, number).Select(_ => histories[random.Next(histories.Length)].Select(item => long.Parse(item, System.Globalization.CultureInfo.InvariantCulture)).ToArray());
    }
}
