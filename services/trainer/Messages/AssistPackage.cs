using System.Text.Json;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Features;
using ModelOps.Features.Assist;
using ModelOps.Trainer.Estimates;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Reproductions;
using ModelOps.Trainer.Training;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Messages;

/// <summary>Writes what is deployed: the rule of judging, the linear part, the networks' graph, the answers and the model card.</summary>
public sealed class AssistPackage(TrainingTask task)
{
    private const int ParityRows = 512;

    /// <returns>The largest difference of the exported graph, on real messages.</returns>
    /// <exception cref="ParityException">It is too large.</exception>
    public async Task<double> WriteAsync(string folder, TrainedAssist trained, MessageSet messages, IReadOnlyList<FaqEntry> faq)
    {
        ArgumentNullException.ThrowIfNull(trained);
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(faq);
        Directory.CreateDirectory(folder);
        var model = trained.Model;
        await trained.Settings.WriteAsync(Path.Combine(folder, PackageFiles.Assist));
        model.Linear.Write(Path.Combine(folder, PackageFiles.Linear));
        await File.WriteAllLinesAsync(Path.Combine(folder, PackageFiles.Words), model.Vocabulary);
        await FaqEntry.WriteAsync(Path.Combine(folder, PackageFiles.Faq), faq);
        var graph = Path.Combine(folder, PackageFiles.Model);
        await File.WriteAllBytesAsync(graph, Export(model).ToByteArray());
        var parity = Verify(model, graph, [.. messages.Texts.Take(ParityRows)]);
        await WriteCardAsync(Path.Combine(folder, PackageFiles.ModelCard), trained, messages, faq, parity);
        return parity;
    }

    /// <summary>Without a network the graph gives the same score to every intent, which changes nothing.</summary>
    private static Onnx.Format.ModelProto Export(MessageModel model)
    {
        var graph = new GraphBuilder("assist");
        var words = graph.Input(MessageGraph.Words, ElementType.Int64, "batch", "length");
        var runs = graph.Input(MessageGraph.Runs, ElementType.Int64, "batch", "length", WordEncoder.MostRuns);
        var scores = model.Networks.Select((network, n) => network.Export(graph, words, runs, $"network{n}.")).ToList();
        if (scores.Count == 0)
            scores.Add(graph.Node("Add", [graph.Zeros(words, model.Linear.Classes), graph.Node("Add", [Nothing(graph, words, 1), Nothing(graph, graph.Node("Flatten", [runs], ("axis", 1L)), 1)])]));
        var mean = graph.Node("Div", [scores.Aggregate((sum, next) => graph.Node("Add", [sum, next])), graph.Constant("networks", (float)scores.Count)]);
        graph.Output(MessageGraph.Scores, mean, ElementType.Float, "batch", model.Linear.Classes);
        return graph.Build();
    }

    /// <summary>(batch, 1) zeros that depend on the input, as a graph may have no input that nothing reads.</summary>
    private static string Nothing(GraphBuilder graph, string ids, long axis) =>
        graph.Node("Mul", [graph.Node("ReduceSum", [graph.Node("Cast", [ids], ("to", (long)ElementType.Float)), graph.Constant($"axis{axis}", axis)]), graph.Constant("nothing", 0f)]);

    private static double Verify(MessageModel model, string path, IReadOnlyList<string> texts)
    {
        if (model.Networks.Count == 0)
            return 0;
        var expected = ConvolutionTraining.Score(model.Encoder, model.Networks, texts);
        using var session = new InferenceSession(path);
        var largest = 0.0;
        foreach (var (row, text) in texts.Index())
        {
            var got = MessageGraphRun.Run(session, model.Encoder.Encode([text]));
            largest = Math.Max(largest, expected[row].Zip(got, (a, b) => float.IsNaN(a - b) ? double.PositiveInfinity : Math.Abs((double)a - b)).Max());
        }
        return largest <= ParityCheck.Tolerance
            ? largest
            : throw new ParityException($"{path} differs from the trained networks by {largest:g3}, more than {ParityCheck.Tolerance:g1}, on {texts.Count} messages. The export is wrong; it is not registered. Run the training again.");
    }

    private async Task WriteCardAsync(string path, TrainedAssist trained, MessageSet messages, IReadOnlyList<FaqEntry> faq, double parity)
    {
        var card = new
        {
            task.Model,
            task.Run,
            task.Application,
            trained.Parameters,
            Dataset = new { task.Dataset.Name, task.Dataset.Version, task.Dataset.EventCursor, task.Dataset.CreatedAt, task.Dataset.ContentSha256 },
            Data = new { Messages = messages.Count, OutOfScope = messages.Count - messages.Within().Count, Intents = messages.Intents.Count, Answers = faq.Count, trained.Model.Linear.Terms, Words = trained.Model.Vocabulary.Count },
            Evaluation = new
            {
                trained.Metrics,
                trained.Comparison,
                Note = "Measured on messages that neither learning nor choosing had seen, by a model with one network. The model in this package then learned from all messages with the same settings.",
            },
            Export = new { Opset = 23, Parity = parity, Tolerance = ParityCheck.Tolerance },
            Code = Lineage.ThisCode,
            Machine = Machine.Kind,
            CreatedAt = DateTimeOffset.UtcNow,
        };
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, card, PackageJson.Indented);
    }
}
