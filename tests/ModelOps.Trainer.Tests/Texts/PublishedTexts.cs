using ModelOps.Trainer.Tests.Imports;
using ModelOps.Trainer.Texts;

namespace ModelOps.Trainer.Tests.Texts;

/// <summary>Checkpoints as Hugging Face's models are published, small and with random weights: the files' names, tensors' names and shapes are theirs.</summary>
internal static class PublishedTexts
{
    private const int Dimensions = 16, Inner = 32, Positions = 40;

    private static readonly string[] Words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "where", "is", "my", "a", "that", "about", "red", "blue", "green", "white", "black", "kettle", "pan", "lamp", "chair", "table", "shelf", "acme", "home"];

    /// <summary>As <c>BertForMaskedLM</c>: <c>config.json</c>, <c>model.safetensors</c>, <c>vocab.txt</c>.</summary>
    public static void WriteBert(string folder)
    {
        string[] letters = [.. Enumerable.Range('a', 26).Select(letter => $"{(char)letter}"), .. Enumerable.Range('a', 26).Select(letter => $"##{(char)letter}")];
        string[] tokens = [.. Words.Concat(letters).Distinct()];
        List<(string, long[])> tensors = [("bert.embeddings.word_embeddings.weight", [tokens.Length, Dimensions]), ("bert.embeddings.position_embeddings.weight", [Positions, Dimensions]), ("bert.embeddings.token_type_embeddings.weight", [2, Dimensions]), .. Norm("bert.embeddings.LayerNorm")];
        for (var layer = 0; layer < 2; layer++)
        {
            var name = $"bert.encoder.layer.{layer}.";
            foreach (var part in new[] { "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense" })
                tensors.AddRange(Dense(name + part, Dimensions, Dimensions));
            tensors.AddRange([.. Norm(name + "attention.output.LayerNorm"), .. Dense(name + "intermediate.dense", Dimensions, Inner), .. Dense(name + "output.dense", Inner, Dimensions), .. Norm(name + "output.LayerNorm")]);
        }
        tensors.AddRange([("cls.predictions.bias", [tokens.Length]), .. Dense("cls.predictions.transform.dense", Dimensions, Dimensions), .. Norm("cls.predictions.transform.LayerNorm")]);
        Write(folder, tensors, $$"""{"architectures": ["BertForMaskedLM"], "model_type": "bert", "vocab_size": {{tokens.Length}}, "hidden_size": {{Dimensions}}, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": {{Inner}}, "max_position_embeddings": {{Positions}}, "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12, "hidden_dropout_prob": 0.1, "pad_token_id": 0, "transformers_version": "4.40.0"}""");
        File.WriteAllLines(Path.Combine(folder, "vocab.txt"), tokens);
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"do_lower_case": true, "tokenizer_class": "BertTokenizer"}""");
    }

    /// <summary>As <c>GPT2LMHeadModel</c>: <c>config.json</c>, <c>model.safetensors</c>, <c>vocab.json</c>, <c>merges.txt</c>.</summary>
    public static void WriteGpt2(string folder)
    {
        var tokens = SmallTexts.Bpe.Tokens;
        List<(string, long[])> tensors = [("transformer.wte.weight", [tokens.Count, Dimensions]), ("transformer.wpe.weight", [Positions, Dimensions]), .. Norm("transformer.ln_f")];
        for (var layer = 0; layer < 2; layer++)
        {
            var name = $"transformer.h.{layer}.";
            // Conv1D: (in, out); and the buffer of the causal mask, which is no weight.
            tensors.AddRange([.. Norm(name + "ln_1"), .. Norm(name + "ln_2"), (name + "attn.bias", [1, 1, Positions, Positions])]);
            foreach (var (part, into, outOf) in new[] { ("attn.c_attn", Dimensions, 3 * Dimensions), ("attn.c_proj", Dimensions, Dimensions), ("mlp.c_fc", Dimensions, 4 * Dimensions), ("mlp.c_proj", 4 * Dimensions, Dimensions) })
                tensors.AddRange([(name + part + ".weight", [into, outOf]), (name + part + ".bias", [outOf])]);
        }
        Write(folder, tensors, $$"""{"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": {{tokens.Count}}, "n_embd": {{Dimensions}}, "n_layer": 2, "n_head": 4, "n_positions": {{Positions}}, "n_inner": null, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-05, "resid_pdrop": 0.1}""");
        File.WriteAllText(Path.Combine(folder, "vocab.json"), System.Text.Json.JsonSerializer.Serialize(tokens.Index().ToDictionary(token => token.Item, token => token.Index)));
        File.WriteAllLines(Path.Combine(folder, "merges.txt"), ["#version: 0.2", .. SmallTexts.Bpe.Merges.Select(pair => $"{pair.Left} {pair.Right}")]);
    }

    private static void Write(string folder, List<(string Name, long[] Shape)> tensors, string config)
    {
        Directory.CreateDirectory(folder);
        var random = new Random(7);
        SafeTensorsFile.Write(Path.Combine(folder, TextCheckpoint.Weights), tensors.Select(tensor => (tensor.Name, tensor.Shape, Enumerable.Range(0, (int)tensor.Shape.Aggregate((product, side) => product * side))
            .Select(_ => (float)((random.NextDouble() - 0.5) * 0.2) + (tensor.Name.EndsWith("LayerNorm.weight", StringComparison.Ordinal) || tensor.Name.Contains("ln_", StringComparison.Ordinal) && tensor.Name.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0)).ToArray())));
        File.WriteAllText(Path.Combine(folder, TextConfig.FileName), config);
    }

    private static (string, long[])[] Norm(string name) => [(name + ".weight", [Dimensions]), (name + ".bias", [Dimensions])];

    private static (string, long[])[] Dense(string name, int into, int outOf) => [(name + ".weight", [outOf, into]), (name + ".bias", [outOf])];
}
