using System.Runtime.InteropServices;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Bench.Retrieval;

/// <summary>The vectors and queries that every side gets, in files that each side reads.</summary>
/// <param name="Items">(items + 1, dimensions), row 0 zeros; without that row in <c>items.bin</c>.</param>
/// <param name="Queries">(queries, dimensions): shoppers of whom no side knows, in <c>queries.bin</c>.</param>
/// <param name="Others">(others, dimensions): shoppers to build with.</param>
/// <param name="Truth">By query: the best items, from 1; in <c>truth.bin</c>.</param>
internal sealed record Work(int Dimensions, float[] Items, float[] Queries, float[] Others, int[][] Truth)
{
    public const int Depth = 100, Batch = 32, ExactQueries = 96;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public int QueryCount => Queries.Length / Dimensions;

    public int ItemCount => Items.Length / Dimensions - 1;

    /// <summary>Draws the items, takes shoppers at random, ranks exactly, and writes what the peer reads.</summary>
    public static Work Write(string folder, Tensor real, Tensor users, int size, int parts, int queries, int seed)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var dimensions = (int)real.shape[1];
        var drawn = size == real.shape[0] ? real : Mixture.Draw(real, parts, size, seed);
        Console.WriteLine($"  lengths: real {Moments(real.norm(1))}, drawn {Moments(drawn.norm(1))}; scores of a real shopper: real {Moments(users[0].matmul(real.t()))}, drawn {Moments(users[0].matmul(drawn.t()))}");
        var items = cat([zeros(1, dimensions), drawn]);
        var order = users.index_select(0, randperm(users.shape[0]));
        var asked = order.slice(0, 0, queries, 1).contiguous();
        var truth = new List<int[]>();
        for (long at = 0; at < queries; at += Batch)
        {
            using var inner = NewDisposeScope();
            var best = asked.slice(0, at, Math.Min(queries, at + Batch), 1).mm(drawn.t()).topk(Depth).indexes;
            foreach (var row in best.data<long>().ToArray().Chunk(Depth))
                truth.Add([.. row.Select(item => (int)item + 1)]);
        }
        var work = new Work(dimensions, Values(items), Values(asked), Values(order.slice(0, queries, order.shape[0], 1)), [.. truth]);
        Put(folder, "items", work.Items.AsSpan(dimensions));
        Put(folder, "queries", work.Queries.AsSpan());
        Put(folder, "truth", work.Truth.SelectMany(row => row).ToArray().AsSpan());
        Put(folder, "others", work.Others.AsSpan());
        File.WriteAllText(Path.Combine(folder, "work.json"), JsonSerializer.Serialize(new Description(dimensions, Depth, Batch, ExactQueries, size, parts, queries), Json));
        return work;
    }

    /// <summary>What an earlier call wrote; null where there is none of this size.</summary>
    public static Work? TryRead(string folder, int size, int parts, int queries)
    {
        var path = Path.Combine(folder, "work.json");
        if (!File.Exists(path) || JsonSerializer.Deserialize<Description>(File.ReadAllText(path), Json) is not { } kept || (kept.Size, kept.Parts, kept.Queries) != (size, parts, queries))
            return null;
        return new Work(kept.Dimensions, [.. new float[kept.Dimensions], .. Get<float>(folder, "items")], Get<float>(folder, "queries"), Get<float>(folder, "others"), [.. Get<int>(folder, "truth").Chunk(Depth)]);
    }

    public ReadOnlySpan<float> Query(int query) => Queries.AsSpan(query * Dimensions, Dimensions);

    private static float[] Values(Tensor tensor) => tensor.contiguous().data<float>().ToArray();

    private static string Moments(Tensor values) => $"{values.mean().item<float>():f2} ± {values.std().item<float>():f2}, at most {values.max().item<float>():f2}";

    private static T[] Get<T>(string folder, string name) where T : struct => MemoryMarshal.Cast<byte, T>(File.ReadAllBytes(Path.Combine(folder, name + ".bin"))).ToArray();

    private static void Put<T>(string folder, string name, Span<T> values) where T : struct
    {
        using var file = File.Create(Path.Combine(folder, name + ".bin"));
        file.Write(MemoryMarshal.AsBytes(values));
    }

    private sealed record Description(int Dimensions, int Depth, int Batch, int ExactQueries, int Size, int Parts, int Queries);
}
