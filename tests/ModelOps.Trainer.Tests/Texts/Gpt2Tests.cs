using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Trainer.Texts;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Texts;

public class Gpt2Tests
{
    [Theory]
    [InlineData("gelu_new", 1)]
    [InlineData("gelu_new", 3)]
    [InlineData("gelu", 2)]
    public void Export_TokenByTokenFromTheCache_ForetellsAsTheNetworkDoes(string activation, int layers)
    {
        using var network = SmallTexts.Loud(new Gpt2(SmallTexts.Config(TextConfig.Gpt2Kind, activation, layers)));
        using var session = new InferenceSession(network.Export().Build().ToByteArray());
        long[] ids = [.. SmallTexts.Bpe.Encode("the blue pan", 12).Ids.Select(id => (long)id)];
        var expected = Logits(network, ids);
        // All at once, one by one, and in parts: the cache makes no difference.
        foreach (var parts in new[] { new[] { ids.Length }, Enumerable.Repeat(1, ids.Length).ToArray(), [2, 1, ids.Length - 3] })
        {
            var (past, at) = (new Cache(network.Config), 0);
            foreach (var part in parts)
            {
                var logits = past.Run(session, ids[at..(at + part)], at);
                for (var i = 0; i < part; i++)
                {
                    for (var token = 0; token < network.Config.Vocabulary; token++)
                        Assert.Equal(expected[(at + i) * network.Config.Vocabulary + token], logits[i * network.Config.Vocabulary + token], 1e-4f);
                }
                at += part;
            }
        }
    }

    [Fact]
    public void Hidden_LaterTokens_AreNotSeen()
    {
        using var network = SmallTexts.Loud(new Gpt2(SmallTexts.Config(TextConfig.Gpt2Kind)));
        var (one, other) = (Logits(network, [1, 2, 3, 4]), Logits(network, [1, 2, 9, 9]));
        Assert.Equal(one[..(2 * network.Config.Vocabulary)].Select(value => MathF.Round(value, 3)), other[..(2 * network.Config.Vocabulary)].Select(value => MathF.Round(value, 3)));
        Assert.NotEqual(one[^1], other[^1], 1e-3f);
    }

    [Fact]
    public void LearnCausal_TextThatRepeats_IsForetold()
    {
        var config = SmallTexts.Config(TextConfig.Gpt2Kind) with { Dropout = 0 };
        manual_seed(1);
        using var network = new Gpt2(config);
        var texts = Enumerable.Repeat(SmallTexts.Bpe.Encode("a steel pan for the oven", 20), 64).ToList();
        var loss = Pretraining.LearnCausal(network, SmallTexts.Bpe, texts, new TextOptions { BatchSize = 4, PretrainingPasses = 30, PretrainingRate = 1e-2 });
        Assert.InRange(loss, 0, 0.5);
    }

    private static float[] Logits(Gpt2 network, long[] ids)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var rows = tensor(ids, 1, ids.Length);
        return nn.functional.linear(network.Hidden(new TextTensors(rows, ones_like(rows), zeros_like(rows), false)), network.Words).data<float>().ToArray();
    }

    /// <summary>What a caller of the exported decoder keeps between calls.</summary>
    private sealed class Cache(TextConfig config)
    {
        private readonly Dictionary<string, float[]> values = [];

        public float[] Run(InferenceSession session, long[] ids, int past)
        {
            var inputs = new Dictionary<string, OrtValue>
            {
                ["input_ids"] = OrtValue.CreateTensorValueFromMemory(ids, [1, ids.Length]),
                ["position_ids"] = OrtValue.CreateTensorValueFromMemory([.. Enumerable.Range(past, ids.Length).Select(place => (long)place)], [1, ids.Length]),
                ["attention_mask"] = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1L, past + ids.Length).ToArray(), [1, past + ids.Length]),
            };
            foreach (var name in session.InputNames.Where(name => name.StartsWith("past", StringComparison.Ordinal)))
                inputs[name] = OrtValue.CreateTensorValueFromMemory(values.GetValueOrDefault(name, []), [1, config.Heads, past, config.Dimensions / config.Heads]);
            using var run = new RunOptions();
            using var outputs = session.Run(run, inputs.Keys, inputs.Values, session.OutputNames);
            foreach (var (name, value) in session.OutputNames.Zip(outputs).Where(output => output.First != "logits"))
                values[name.Replace("present", "past_key_values", StringComparison.Ordinal)] = value.GetTensorDataAsSpan<float>().ToArray();
            foreach (var input in inputs.Values)
                input.Dispose();
            return outputs[session.OutputNames.ToList().IndexOf("logits")].GetTensorDataAsSpan<float>().ToArray();
        }
    }
}
