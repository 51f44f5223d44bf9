using System.Text.Json;
using ModelOps.Features;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Imports;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Training;

/// <summary>What the rows of a network's weights stand for: <c>weights.json</c>.</summary>
/// <param name="LearnedUntil">The newest event that the weights have learned from, in seconds since 1970.</param>
/// <param name="Items">Ids by row of the item table, from row 1.</param>
/// <param name="Features">Names by row of the features' table, from row 1.</param>
public sealed record WeightsDescription(string Architecture, long LearnedUntil, IReadOnlyList<string> Items, IReadOnlyList<string> Features)
{
    /// <summary>The model and version whose vectors of pictures the weights project; null where none joined.</summary>
    public string? Pictures { get; init; }
}

/// <summary>
/// The weights of an earlier training, for a new one to begin with. Items and features are found by name, so the catalogue may have
/// changed; what is new begins as it would have anyway.
/// </summary>
public sealed class StartingPoint
{
    /// <summary>In a run's folder.</summary>
    public const string Folder = "start";

    private const string ItemTable = "items.weight", FeatureTable = "features.weight";
    private readonly WeightsDescription description;
    private readonly IReadOnlyDictionary<string, (long[] Shape, float[] Values)> weights;

    private StartingPoint(WeightsDescription description, IReadOnlyDictionary<string, (long[] Shape, float[] Values)> weights) => (this.description, this.weights) = (description, weights);

    public long LearnedUntil => description.LearnedUntil;

    /// <summary>Null when there is none in <paramref name="folder"/>.</summary>
    public static StartingPoint? TryRead(string folder)
    {
        var path = Path.Combine(folder, PackageFiles.WeightsDescription);
        if (!File.Exists(path))
            return null;
        var description = JsonSerializer.Deserialize<WeightsDescription>(File.ReadAllText(path), PackageJson.Line)!;
        using var file = SafeTensors.Open(Path.Combine(folder, PackageFiles.Weights));
        return new StartingPoint(description, file.Tensors.Values.ToDictionary(entry => entry.Name, entry => (entry.Shape.ToArray(), file.Read(entry.Name))));
    }

    public static void Write(string folder, SequenceNetwork network, WeightsDescription description)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var scope = NewDisposeScope();
        SafeTensorsWriter.Write(Path.Combine(folder, PackageFiles.Weights), [.. network.named_parameters()
            .Select(named => (named.name, named.parameter.shape, named.parameter.detach().cpu().contiguous().data<float>().ToArray()))]);
        File.WriteAllText(Path.Combine(folder, PackageFiles.WeightsDescription), JsonSerializer.Serialize(description, PackageJson.Line));
    }

    /// <summary>Puts the weights into <paramref name="network"/>.</summary>
    /// <exception cref="TrainingException">They are of another shape.</exception>
    public void ApplyTo(SequenceNetwork network, string architecture, Vocabulary vocabulary, ItemFeatures? features)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(vocabulary);
        if (architecture != description.Architecture)
            throw new TrainingException($"The model to start from is a {description.Architecture}, this run trains a {architecture}. Train with its architecture, or with start: scratch.");
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        foreach (var (name, parameter) in network.named_parameters())
        {
            if (name == ItemTable)
                CopyRows(parameter, name, description.Items.Select(id => vocabulary.IndexOf(id)));
            else if (name == FeatureTable && weights.ContainsKey(name))
                CopyRows(parameter, name, description.Features.Select(RowsOf(features!)));
            // Another model's pictures lie elsewhere: how to read them is learned anew.
            else if (weights.TryGetValue(name, out var own) && (name != SequenceNetwork.PictureProjection || description.Pictures == features?.Pictures?.Origin))
                parameter.copy_(tensor(own.Values, Fitting(name, own.Shape, parameter.shape)));
        }
    }

    private static Func<string, int> RowsOf(ItemFeatures features)
    {
        var rows = features.Names.Select((name, at) => (name, at)).ToDictionary(pair => pair.name, pair => pair.at + 1);
        return name => rows.GetValueOrDefault(name);
    }

    /// <param name="rows">Where each of the earlier rows, from row 1, goes; 0 for nowhere.</param>
    private void CopyRows(Tensor table, string name, IEnumerable<int> rows)
    {
        var (shape, values) = weights[name];
        var dim = (int)Fitting(name, shape[1..], table.shape[1..])[0];
        var known = rows.Select((to, at) => (From: at + 1, To: to)).Where(pair => pair.To > 0).ToArray();
        if (known.Length == 0)
            return;
        var all = tensor(values, shape);
        table.index_copy_(0, tensor(known.Select(pair => (long)pair.To).ToArray()).to(table.device), all.index_select(0, tensor(known.Select(pair => (long)pair.From).ToArray())).to(table.device));
    }

    private static long[] Fitting(string name, long[] has, long[] needs) => has.SequenceEqual(needs)
        ? has
        : throw new TrainingException($"'{name}' of the model to start from is [{string.Join(", ", has)}], here it would be [{string.Join(", ", needs)}]. Train with its dimensions, length, blocks and heads, or with start: scratch.");
}
