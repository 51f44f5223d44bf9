using ModelOps.Trainer.Architectures;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Imports;

/// <summary>Builds the described network and fills it with a file's weights.</summary>
public static class CheckpointLoader
{
    private const int MostNames = 40;

    /// <summary>The network's shape, once every tensor that it needs is there as it must be. Reads the header alone and needs no libtorch.</summary>
    /// <exception cref="ImportException">A tensor is missing or has another shape; with every fault.</exception>
    public static BertConfig Check(CheckpointDescription description, SafeTensors file)
    {
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(file);
        var config = ConfigOf(description, file);
        var weights = config.Weights().Where(weight => weight.Part != "items").Select(weight => (Name: description.NameOf(weight.Part, weight.Block), weight.Shape)).ToLookup(weight => file.Tensors.ContainsKey(weight.Name));
        List<string> faults = [.. weights[true].Select(weight => Misfit(file.Tensors[weight.Name], weight.Shape)).OfType<string>(), .. weights[false].Select(weight => Missing(weight.Name))];
        if (weights[false].Any())
            faults.Add(NamesIn(file));
        return faults.Count == 0 ? config : throw new ImportException(faults);
    }

    /// <param name="rows">The row of the file's item table that each item has, 0 for one that it lacks; null for the file's own items.</param>
    /// <exception cref="ImportException">As <see cref="Check"/>; or a tensor holds no numbers.</exception>
    public static BertRecommender Load(CheckpointDescription description, SafeTensors file, int[]? rows = null)
    {
        var config = Check(description, file);
        var items = Numbers(file, description.NameOf("items", null))[..((config.Items + 1) * config.Dimensions)];
        if (rows is not null)
            (items, config) = (Gather(items, rows, config.Dimensions), config with { Items = rows.Length });
        var network = new BertRecommender(config);
        try
        {
            var parameters = network.named_parameters().ToDictionary(named => named.name, named => named.parameter);
            foreach (var (name, part, block, _) in config.Weights())
                Fill(parameters[name], part == "items" ? items : Numbers(file, description.NameOf(part, block)));
            network.eval();
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The item table says how many items there are, unless the description does; then its first rows are taken.</summary>
    private static BertConfig ConfigOf(CheckpointDescription description, SafeTensors file)
    {
        var name = description.NameOf("items", null);
        if (!file.Tensors.TryGetValue(name, out var table))
            throw new ImportException([Missing(name), NamesIn(file)]);
        if (table.Shape is not [> 1, var dimensions] || dimensions != description.Dimensions || table.Shape[0] > int.MaxValue)
            throw new ImportException($"The tensor '{name}' has the shape [{string.Join(", ", table.Shape)}]. An item table has a row for the padding and one an item, each of {description.Dimensions} dimensions.");
        if (!SafeTensors.Readable.Contains(table.Type))
            throw new ImportException(OtherType(table));
        var items = description.Items ?? (int)table.Shape[0] - 1;
        if (items >= table.Shape[0])
            throw new ImportException($"The description has {items} items and a padding, the tensor '{name}' only {table.Shape[0]} rows.");
        return new BertConfig(
            items, description.Length, description.Dimensions, description.Blocks, description.Heads,
            description.Inner ?? 4 * description.Dimensions, description.Activation, (float)description.Epsilon);
    }

    private static string? Misfit(TensorEntry entry, long[] shape)
    {
        if (!SafeTensors.Readable.Contains(entry.Type))
            return OtherType(entry);
        return entry.Shape.SequenceEqual(shape) ? null : $"The tensor '{entry.Name}' has the shape [{string.Join(", ", entry.Shape)}], the description makes it [{string.Join(", ", shape)}].";
    }

    private static string OtherType(TensorEntry entry) =>
        $"The tensor '{entry.Name}' is of type {entry.Type}. Weights are read from {string.Join(", ", SafeTensors.Readable)}: convert it before you import.";

    private static string Missing(string name) => $"The tensor '{name}' is not in the file.";

    private static string NamesIn(SafeTensors file) =>
        $"The file has: {string.Join(", ", file.Tensors.Keys.Order(StringComparer.Ordinal).Take(MostNames))}. Name the right ones under 'tensors' in the description.";

    private static float[] Numbers(SafeTensors file, string name)
    {
        var values = file.Read(name);
        return values.All(float.IsFinite) ? values : throw new ImportException($"The tensor '{name}' holds values that are no numbers: the network was saved broken. Take a checkpoint from before its loss became NaN.");
    }

    /// <summary>The padding, then a row an item; one that the table lacks has the mean of its items.</summary>
    private static float[] Gather(float[] table, int[] rows, int dimensions)
    {
        var mean = new float[dimensions];
        for (var i = dimensions; i < table.Length; i++)
            mean[i % dimensions] += table[i] / (table.Length / dimensions - 1);
        var gathered = new float[(rows.Length + 1) * dimensions];
        table.AsSpan(0, dimensions).CopyTo(gathered);
        for (var i = 0; i < rows.Length; i++)
            (rows[i] == 0 ? mean : table.AsSpan(rows[i] * dimensions, dimensions)).CopyTo(gathered.AsSpan((i + 1) * dimensions));
        return gathered;
    }

    private static void Fill(Tensor weight, float[] values)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        weight.copy_(tensor(values).view(weight.shape));
    }
}
