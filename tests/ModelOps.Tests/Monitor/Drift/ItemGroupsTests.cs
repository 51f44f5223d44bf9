using System.Runtime.InteropServices;
using System.Text.Json;
using ModelOps.Monitor.Drift.Profiles;

namespace ModelOps.Tests.Monitor.Drift;

public sealed class ItemGroupsTests : IDisposable
{
    private const int Items = 30, Width = 4;
    private readonly string folder = Directory.CreateTempSubdirectory("modelops-groups-").FullName;

    [Fact]
    public void Read_ProductsWhoseVectorsPointTheSameWay_AreOneGroup_CalledAsItsMostPopular()
    {
        var groups = Read("items.weight", item => Axis(item % 3, 1 + item));

        Assert.Equal(Items, groups.Count);
        Assert.Equal(3, groups.Values.Distinct().Count());
        Assert.All(Enumerable.Range(0, Items), item => Assert.Equal($"p{27 + (item % 3)}", groups[$"p{item}"]));
    }

    [Fact]
    public void Read_WithoutItemVectors_IsEmpty()
    {
        Assert.Empty(Read("other.weight", item => Axis(0, 1)));
        Assert.Empty(Read("items.weight", _ => new float[Width])); // no direction
    }

    private Dictionary<string, string> Read(string table, Func<int, float[]> vector)
    {
        var values = new float[Width].Concat(Enumerable.Range(0, Items).SelectMany(vector)).ToArray(); // after the padding's
        var header = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["before"] = new { dtype = "F32", shape = new[] { 1 }, data_offsets = new[] { 0, 4 } },
            [table] = new { dtype = "F32", shape = new[] { Items + 1, Width }, data_offsets = new[] { 4, 4 + (values.Length * 4) } },
        });
        var (weights, description) = (Path.Combine(folder, "weights.safetensors"), Path.Combine(folder, "weights.json"));
        File.WriteAllBytes(weights, [.. BitConverter.GetBytes((long)header.Length), .. header, 0, 0, 0, 0, .. MemoryMarshal.AsBytes(values.AsSpan())]);
        File.WriteAllText(description, JsonSerializer.Serialize(new { items = Enumerable.Range(0, Items).Select(item => $"p{item}") }));
        return ItemGroups.Read(weights, description, Enumerable.Range(0, Items).ToDictionary(item => $"p{item}", item => (double)item));
    }

    private static float[] Axis(int axis, float length)
    {
        var vector = new float[Width];
        vector[axis] = length;
        return vector;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
