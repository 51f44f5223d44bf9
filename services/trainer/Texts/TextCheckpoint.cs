using ModelOps.Trainer.Imports;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Texts;

/// <summary>A folder as published models have it: <c>config.json</c>, <c>model.safetensors</c> and the tokenizer's files.</summary>
public static class TextCheckpoint
{
    public const string Weights = "model.safetensors";

    private const int MostNames = 20;

    /// <summary>What models with a head put before the names of the network's own weights.</summary>
    private static readonly string[] Prefixes = ["bert.", "roberta.", "transformer.", "model."];

    /// <summary>Old checkpoints' names of a normalisation's weights.</summary>
    private static readonly (string Old, string New)[] Renamed = [("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")];

    /// <summary>Dense layers that GPT-2 stores as (in, out).</summary>
    private static readonly string[] Turned = ["c_attn.weight", "c_proj.weight", "c_fc.weight"];

    /// <summary>The network of a checkpoint, with its weights.</summary>
    /// <exception cref="ImportException">The files do not fit each other; with every fault.</exception>
    public static ITextNetwork Load(string folder)
    {
        var network = TextNetwork.Create(TextConfig.Read(folder));
        try
        {
            Fill(network.Module, folder, isRequired: true);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Fills a head from the same file, where the file has all of it.</summary>
    /// <returns>False where something of it is missing; then nothing is changed.</returns>
    public static bool TryFill(nn.Module head, string folder) => Fill(head, folder, isRequired: false);

    /// <summary>Writes modules side by side, such as a network and its head, and the network's shape.</summary>
    public static void Save(string folder, TextConfig config, params nn.Module[] modules)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(modules);
        Directory.CreateDirectory(folder);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        SafeTensorsWriter.Write(Path.Combine(folder, Weights), [.. modules.SelectMany(module => module.named_parameters()).Where(named => !named.name.StartsWith(Training.Adapters.Name + '.', StringComparison.Ordinal)).Select(named =>
        {
            var value = IsTurned(named.name) ? named.parameter.t().contiguous() : named.parameter.contiguous();
            return (named.name, value.shape, value.detach().cpu().data<float>().ToArray());
        })]);
        config.Write(folder);
    }

    private static bool Fill(nn.Module module, string folder, bool isRequired)
    {
        var path = Path.Combine(folder, Weights);
        if (!File.Exists(path))
            throw new ImportException($"The checkpoint has no '{Weights}'. Save its weights with safetensors; files that are unpickled can run code and are not read.");
        using var file = SafeTensors.Open(path);
        var entries = ByName(file);
        List<string> faults = [.. module.named_parameters().Select(named => Fault(named.name, named.parameter, entries)).OfType<string>()];
        if (faults.Count > 0 && !isRequired)
            return false;
        if (faults.Count > 0)
            throw new ImportException([.. faults.Take(MostNames), $"The file has: {string.Join(", ", file.Tensors.Keys.Order(StringComparer.Ordinal).Take(MostNames))}."]);
        foreach (var (name, parameter) in module.named_parameters())
            Fill(parameter, name, file.Read(entries[name].Name));
        return true;
    }

    /// <summary>The file's tensors by the network's names of them.</summary>
    private static Dictionary<string, TensorEntry> ByName(SafeTensors file)
    {
        var entries = new Dictionary<string, TensorEntry>();
        foreach (var entry in file.Tensors.Values)
        {
            var name = entry.Name;
            if (Prefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix)
                name = name[prefix.Length..];
            foreach (var (old, now) in Renamed)
                name = name.Replace(old, now, StringComparison.Ordinal);
            entries.TryAdd(name, entry);
        }
        return entries;
    }

    private static string? Fault(string name, Parameter parameter, Dictionary<string, TensorEntry> entries)
    {
        if (!entries.TryGetValue(name, out var entry))
            return $"The tensor '{name}' is not in the file.";
        if (!SafeTensors.Readable.Contains(entry.Type))
            return $"The tensor '{entry.Name}' is of type {entry.Type}. Weights are read from {string.Join(", ", SafeTensors.Readable)}.";
        long[] needed = IsTurned(name) ? [.. parameter.shape.Reverse()] : parameter.shape;
        return entry.Shape.SequenceEqual(needed) ? null : $"The tensor '{entry.Name}' has the shape [{string.Join(", ", entry.Shape)}], '{TextConfig.FileName}' makes it [{string.Join(", ", needed)}].";
    }

    private static void Fill(Parameter parameter, string name, float[] values)
    {
        if (!values.All(float.IsFinite))
            throw new ImportException($"The tensor '{name}' holds values that are no numbers: the network was saved broken.");
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var shape = parameter.shape;
        parameter.copy_(IsTurned(name) ? tensor(values).view(shape[1], shape[0]).t() : tensor(values).view(shape));
    }

    private static bool IsTurned(string name) => Turned.Any(turned => name.EndsWith(turned, StringComparison.Ordinal));
}
