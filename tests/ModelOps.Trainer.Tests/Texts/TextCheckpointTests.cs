using ModelOps.Trainer.Imports;
using ModelOps.Trainer.Tests.Imports;
using ModelOps.Trainer.Texts;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Texts;

public class TextCheckpointTests
{
    /// <summary>Names and shapes as Hugging Face's BertForMaskedLM saves them, written out here, with the prefix and the names of old.</summary>
    private static readonly (string Name, long[] Shape)[] Published =
    [
        ("bert.embeddings.word_embeddings.weight", [30, 8]), ("bert.embeddings.position_embeddings.weight", [12, 8]), ("bert.embeddings.token_type_embeddings.weight", [2, 8]),
        ("bert.embeddings.LayerNorm.gamma", [8]), ("bert.embeddings.LayerNorm.beta", [8]),
        ("bert.encoder.layer.0.attention.self.query.weight", [8, 8]), ("bert.encoder.layer.0.attention.self.query.bias", [8]),
        ("bert.encoder.layer.0.attention.self.key.weight", [8, 8]), ("bert.encoder.layer.0.attention.self.key.bias", [8]),
        ("bert.encoder.layer.0.attention.self.value.weight", [8, 8]), ("bert.encoder.layer.0.attention.self.value.bias", [8]),
        ("bert.encoder.layer.0.attention.output.dense.weight", [8, 8]), ("bert.encoder.layer.0.attention.output.dense.bias", [8]),
        ("bert.encoder.layer.0.attention.output.LayerNorm.gamma", [8]), ("bert.encoder.layer.0.attention.output.LayerNorm.beta", [8]),
        ("bert.encoder.layer.0.intermediate.dense.weight", [16, 8]), ("bert.encoder.layer.0.intermediate.dense.bias", [16]),
        ("bert.encoder.layer.0.output.dense.weight", [8, 16]), ("bert.encoder.layer.0.output.dense.bias", [8]),
        ("bert.encoder.layer.0.output.LayerNorm.gamma", [8]), ("bert.encoder.layer.0.output.LayerNorm.beta", [8]),
        ("cls.predictions.bias", [30]), ("cls.predictions.transform.dense.weight", [8, 8]), ("cls.predictions.transform.dense.bias", [8]),
        ("cls.predictions.transform.LayerNorm.gamma", [8]), ("cls.predictions.transform.LayerNorm.beta", [8]),
    ];

    /// <summary>As GPT2LMHeadModel saves them: dense layers as (in, out), and a buffer that is no weight.</summary>
    private static readonly (string Name, long[] Shape)[] PublishedGpt2 =
    [
        ("transformer.wte.weight", [30, 8]), ("transformer.wpe.weight", [12, 8]), ("transformer.ln_f.weight", [8]), ("transformer.ln_f.bias", [8]),
        ("transformer.h.0.ln_1.weight", [8]), ("transformer.h.0.ln_1.bias", [8]), ("transformer.h.0.ln_2.weight", [8]), ("transformer.h.0.ln_2.bias", [8]),
        ("transformer.h.0.attn.c_attn.weight", [8, 24]), ("transformer.h.0.attn.c_attn.bias", [24]), ("transformer.h.0.attn.c_proj.weight", [8, 8]), ("transformer.h.0.attn.c_proj.bias", [8]),
        ("transformer.h.0.mlp.c_fc.weight", [8, 32]), ("transformer.h.0.mlp.c_fc.bias", [32]), ("transformer.h.0.mlp.c_proj.weight", [32, 8]), ("transformer.h.0.mlp.c_proj.bias", [8]),
        ("transformer.h.0.attn.bias", [1, 1, 12, 12]),
    ];

    private const string BertConfig = """{"model_type": "bert", "vocab_size": 30, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 12, "hidden_act": "gelu"}""";
    private const string Gpt2Config = """{"model_type": "gpt2", "vocab_size": 30, "n_embd": 8, "n_layer": 1, "n_head": 2, "n_positions": 12}""";

    [Fact]
    public void Load_PublishedBert_HasTheFilesWeights()
    {
        using var folder = new Folder();
        Write(folder, BertConfig, Published);
        using var network = Assert.IsType<Bert>(TextCheckpoint.Load(folder.Path));
        Assert.Equal((8, 1, 2, 16, 12, 1e-12f), (network.Config.Dimensions, network.Config.Layers, network.Config.Heads, network.Config.Inner, network.Config.MaxTokens, network.Config.Epsilon));
        Assert.All(network.named_parameters(), named => Assert.Equal(ValueOf(Published, "bert." + named.name.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal).Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal)), named.parameter.data<float>()[0]));
        using var head = new MaskedHead(network.Config);
        Assert.True(TextCheckpoint.TryFill(head, folder.Path));
        using var classifier = new TextHead(network.Config, "cls", 2);
        Assert.False(TextCheckpoint.TryFill(classifier, folder.Path));
    }

    [Fact]
    public void Load_PublishedGpt2_TurnsItsDenseLayers()
    {
        using var folder = new Folder();
        Write(folder, Gpt2Config, PublishedGpt2);
        using var network = Assert.IsType<Gpt2>(TextCheckpoint.Load(folder.Path));
        var weight = network.named_parameters().Single(named => named.name == "h.0.mlp.c_fc.weight").parameter;
        Assert.Equal([32, 8], weight.shape);
        // (in, out) by rows in the file: out 5 of in 2 lies at 2 · 32 + 5.
        Assert.Equal(ValueOf(PublishedGpt2, "transformer.h.0.mlp.c_fc.weight") + (2 * 32 + 5), weight[5, 2].item<float>());
    }

    [Theory]
    [InlineData(TextConfig.BertKind)]
    [InlineData(TextConfig.RobertaKind)]
    [InlineData(TextConfig.Gpt2Kind)]
    public void Load_WhatWasSaved_ComputesTheSame(string kind)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var folder = new Folder();
        using var network = TextNetwork.Create(SmallTexts.Config(kind, kind == TextConfig.Gpt2Kind ? "gelu_new" : "gelu"));
        SmallTexts.Loud(network.Module);
        TextCheckpoint.Save(folder.Path, network.Config, network.Module);
        using var loaded = TextCheckpoint.Load(folder.Path);
        loaded.Module.eval();
        Assert.Equal(network.Config, loaded.Config);
        var batch = TextTensors.Of([.. SmallTexts.Texts.Select(text => SmallTexts.Tokenizer.Encode(text, 20))], 0, network.Config.Segments);
        Assert.Equal(network.Hidden(batch).data<float>().ToArray(), loaded.Hidden(batch).data<float>().ToArray());
    }

    [Fact]
    public void Load_TensorMissingOrOfAnotherShape_NamesEach()
    {
        using var folder = new Folder();
        Write(folder, BertConfig.Replace("\"intermediate_size\": 16", "\"intermediate_size\": 17", StringComparison.Ordinal), Published[1..]);
        var faults = Assert.Throws<ImportException>(() => TextCheckpoint.Load(folder.Path)).Faults;
        Assert.Contains(faults, fault => fault.Contains("'embeddings.word_embeddings.weight' is not in the file", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("intermediate.dense.weight' has the shape [16, 8]", StringComparison.Ordinal) && fault.Contains("[17, 8]", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"model_type": "t5"}""", "t5")]
    [InlineData("""{"model_type": "bert"}""", "vocab_size|cannot be read")]
    [InlineData("""{"model_type": "bert", "vocab_size": 30, "hidden_size": 9, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 12}""", "evenly")]
    [InlineData("""{"model_type": "bert", "vocab_size": 30, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 12, "hidden_act": "mish"}""", "mish")]
    [InlineData("""{"model_type": "bert", "position_embedding_type": "relative_key"}""", "relative_key")]
    public void Read_ConfigOfAnotherKind_SaysWhy(string config, string reasons)
    {
        using var folder = new Folder();
        File.WriteAllText(Path.Combine(folder.Path, TextConfig.FileName), config);
        var message = Assert.Throws<ImportException>(() => TextConfig.Read(folder.Path)).Message;
        Assert.Contains(reasons.Split('|'), reason => message.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Load_NoWeights_SaysInWhichFormat()
    {
        using var folder = new Folder();
        File.WriteAllText(Path.Combine(folder.Path, TextConfig.FileName), BertConfig);
        Assert.Contains("safetensors", Assert.Throws<ImportException>(() => TextCheckpoint.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    /// <summary>Each tensor begins with a number of its own and goes on by ones.</summary>
    private static void Write(Folder folder, string config, (string Name, long[] Shape)[] tensors)
    {
        File.WriteAllText(Path.Combine(folder.Path, TextConfig.FileName), config);
        SafeTensorsFile.Write(Path.Combine(folder.Path, TextCheckpoint.Weights), tensors.Select(tensor => (tensor.Name, tensor.Shape, Enumerable.Range(0, (int)tensor.Shape.Aggregate((product, side) => product * side)).Select(at => Start(tensor.Name) + at).ToArray())));
    }

    private static float ValueOf((string Name, long[] Shape)[] tensors, string name) => Start(tensors.Single(tensor => tensor.Name == name).Name);

    private static float Start(string name) => name.Sum(c => c) % 97 * 1000f;
}
