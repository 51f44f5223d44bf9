using System.Globalization;
using ModelOps.Features;
using ModelOps.Trainer.Architectures;

namespace ModelOps.Trainer.Imports;

/// <summary>An import's files as a network over a dataset's own items.</summary>
public static class ImportedNetwork
{
    /// <summary>Everything that can be told without libtorch.</summary>
    /// <exception cref="ImportException">The files do not fit each other.</exception>
    public static BertConfig Check(string folder)
    {
        using var file = SafeTensors.Open(Path.Combine(folder, ImportFiles.Weights));
        var config = CheckpointLoader.Check(Description(folder), file);
        ItemIds(folder, config.Items);
        return config;
    }

    /// <summary>
    /// The network with its item table in the vocabulary's order. An item that it never saw gets the mean of those that it knows:
    /// it scores as an average item does.
    /// </summary>
    /// <exception cref="ImportException">The files do not fit each other, or the network knows none of the items.</exception>
    public static BertRecommender Load(string folder, Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        var description = Description(folder);
        using var file = SafeTensors.Open(Path.Combine(folder, ImportFiles.Weights));
        var known = ItemIds(folder, CheckpointLoader.Check(description, file).Items);
        int[] rows = [.. vocabulary.Ids.Select(id => known.IndexOf(id))]; // 0 where unknown
        if (rows.All(row => row == 0))
            throw new ImportException($"The imported network knows none of the dataset's {rows.Length} items: its ids begin with {Some(known)}, the dataset's with {Some(vocabulary)}. Import it with '{ImportFiles.Items}', the dataset's item ids in the order of the network's rows.");
        return CheckpointLoader.Load(description, file, rows);
    }

    private static CheckpointDescription Description(string folder) => CheckpointDescription.Parse(File.ReadAllBytes(Path.Combine(folder, ImportFiles.Architecture)));

    private static Vocabulary ItemIds(string folder, int items)
    {
        var path = Path.Combine(folder, ImportFiles.Items);
        if (!File.Exists(path))
            return new Vocabulary(Enumerable.Range(1, items).Select(item => item.ToString(CultureInfo.InvariantCulture)));
        var ids = File.ReadAllLines(path);
        if (ids.Length != items)
            throw new ImportException($"'{ImportFiles.Items}' has {ids.Length} lines, the network {items} items. Give one id a line, from row 1 of the item table, or set 'items' in the description.");
        try
        {
            return new Vocabulary(ids);
        }
        catch (InvalidDataException exception)
        {
            throw new ImportException($"'{ImportFiles.Items}': {exception.Message}");
        }
    }

    private static string Some(Vocabulary vocabulary) => string.Join(", ", vocabulary.Ids.Take(3).Select(id => $"'{id}'"));
}
