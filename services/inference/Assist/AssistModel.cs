using Microsoft.ML.OnnxRuntime;
using ModelOps.Contracts;
using ModelOps.Features;
using ModelOps.Features.Assist;
using ModelOps.Features.Text.Linear;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Assist;

/// <summary>A verified package of a message classifier in memory, with the shop's answers.</summary>
internal sealed class AssistModel : LoadedModel
{
    private readonly InferenceSession network;
    private readonly RunOptions runOptions = new();
    private readonly WordEncoder encoder;
    private readonly MessageClassifier classifier;

    private AssistModel(StoreId store, string name, int version, InferenceSession network, WordEncoder encoder, MessageClassifier classifier, FaqIndex faq, BatchingHost batching)
        : base(store, name, version, network, null, batching) =>
        (this.network, this.encoder, this.classifier, Faq) = (network, encoder, classifier, faq);

    public AssistSettings Settings => classifier.Settings;

    public FaqIndex Faq { get; }

    /// <exception cref="InvalidDataException">The package is not one that this build can serve.</exception>
    public static async Task<AssistModel> LoadAsync(StoreId store, string name, int version, string folder, BatchingHost batching, CancellationToken cancellationToken)
    {
        var settings = await AssistSettings.ReadAsync(Path.Combine(folder, PackageFiles.Assist), cancellationToken);
        var linear = LinearClassifier.Read(Path.Combine(folder, PackageFiles.Linear));
        if (linear.Classes != settings.Intents.Count)
            throw new InvalidDataException($"'{name}' version {version} has {settings.Intents.Count} intents, but scores for {linear.Classes}. Train and register the model again.");
        var encoder = new WordEncoder(await File.ReadAllLinesAsync(Path.Combine(folder, PackageFiles.Words), cancellationToken), settings.Buckets);
        var faq = new FaqIndex(File.Exists(Path.Combine(folder, PackageFiles.Faq)) ? await FaqEntry.ReadAsync(Path.Combine(folder, PackageFiles.Faq), cancellationToken) : []);
        var model = new AssistModel(store, name, version, Open(Path.Combine(folder, PackageFiles.Model)), encoder, new MessageClassifier(settings, linear), faq, batching);
        try
        {
            model.Judge("warm up"); // the first run allocates, and shows that the graph fits
            return model;
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or InvalidDataException)
        {
            model.Dispose();
            throw new InvalidDataException($"The graph of '{name}' version {version} does not answer: {exception.Message} Train and register the model again.", exception);
        }
    }

    public Judgement Judge(string text)
    {
        var message = encoder.Encode([text]);
        using var words = OrtValue.CreateTensorValueFromMemory(message.Words, [message.Rows, message.Length]);
        using var runs = OrtValue.CreateTensorValueFromMemory(message.Runs, [message.Rows, message.Length, WordEncoder.MostRuns]);
        using var outputs = network.Run(runOptions, [MessageGraph.Words, MessageGraph.Runs], [words, runs], [MessageGraph.Scores]);
        var scores = outputs[0].GetTensorDataAsSpan<float>();
        return scores.Length == Settings.Intents.Count
            ? classifier.Judge(text, scores)
            : throw new InvalidDataException($"it gives {scores.Length} scores for {Settings.Intents.Count} intents.");
    }

    protected override void Free() => runOptions.Dispose();
}
