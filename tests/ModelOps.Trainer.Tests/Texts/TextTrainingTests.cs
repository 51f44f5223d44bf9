using System.Numerics.Tensors;
using ModelOps.Features;
using ModelOps.Features.Text;
using ModelOps.Trainer.Texts;
using ModelOps.Trainer.Training;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Texts;

public class TextTrainingTests
{
    private static readonly string[] Colours = ["red", "blue", "green", "white"], Things = ["kettle", "pan", "lamp", "chair", "table", "shelf"];

    private static readonly string[] Catalogue = [.. Colours.SelectMany(colour => Things.Select(thing => $"a {colour} {thing} for the home"))];

    private static readonly TextOptions Options = new() { Layers = 1, Dimensions = 32, Heads = 4, Vocabulary = 200, MaxTokens = 16, Dropout = 0, PretrainingPasses = 2, Passes = 30, LearningRate = 3e-3, BatchSize = 6 };

    [Fact]
    public void TrainEncoder_QueriesInOtherWords_FindTheirProducts()
    {
        using var folder = new Folder();
        // "vessel" for kettles stands in no product: only the pairs teach it.
        var pairs = Catalogue.Select(text => new TextPair(text.Replace("kettle", "vessel", StringComparison.Ordinal)["a ".Length..^" for the home".Length], text)).ToList();
        var report = TextTraining.TrainEncoder(Options, Catalogue, pairs, folder.Path);
        Assert.Equal(EncoderDescription.SelfPretrained, report.Origin);
        using var texts = new ExportedTexts(folder.Path);
        var (queries, products) = (texts.Of([.. pairs.Select(pair => pair.Query)]), texts.Of(Catalogue));
        var found = queries.Index().Count(query => products.Index().MaxBy(product => TensorPrimitives.Dot<float>(product.Item, query.Item)).Index == query.Index);
        Assert.True(found >= 22, $"{found} of 24 queries find their product.");
        Assert.True(File.Exists(Path.Combine(folder.Path, PackageFiles.Encoder)));
    }

    [Fact]
    public void TrainReranker_GradedPairs_RanksAsGraded()
    {
        using var folder = new Folder();
        string[] offered = [.. Catalogue.Where(text => Things[..3].Any(thing => text.Contains(thing, StringComparison.Ordinal)))];
        var graded = Things[..3].SelectMany(thing => offered.Select(text => new GradedPair(thing, text, text.Contains(thing, StringComparison.Ordinal) ? 1 : 0))).ToList();
        TextTraining.TrainReranker(Options with { Layers = 2, BatchSize = 8, Passes = 150, LearningRate = 2e-3 }, Catalogue, graded, folder.Path);
        using var texts = new ExportedTexts(folder.Path);
        var scores = texts.Of([.. graded.Select(pair => (pair.Query, pair.Text))]);
        var right = graded.Zip(scores).Count(pair => pair.Second[0] > 0 == pair.First.Grade > 0.5);
        Assert.True(right >= 0.9 * graded.Count, $"{right} of {graded.Count} pairs are told apart.");
    }

    [Fact]
    public void TrainClassifier_StartedFromACheckpoint_GoesOnFromIt()
    {
        using var folder = new Folder();
        var (first, second) = (Path.Combine(folder.Path, "first"), Path.Combine(folder.Path, "second"));
        var labelled = Catalogue.Select(text => new LabelledText(text, Array.FindIndex(Things, thing => text.Contains(thing, StringComparison.Ordinal)))).ToList();
        TextTraining.TrainClassifier(Options with { Passes = 40 }, Catalogue, labelled, Things, first);
        var report = TextTraining.TrainClassifier(Options with { Checkpoint = first, PretrainingPasses = 0, Passes = 5, Freeze = ["embeddings"] }, [], labelled, Things, second);
        Assert.Equal(EncoderDescription.SelfPretrained, report.Origin);
        Assert.Equal(Words(first), Words(second)); // frozen
        using var texts = new ExportedTexts(second);
        var right = labelled.Zip(texts.Of([.. labelled.Select(text => text.Text)])).Count(pair => TensorPrimitives.IndexOfMax<float>(pair.Second) == pair.First.Label);
        Assert.True(right >= 23, $"{right} of {labelled.Count} are right.");
        Assert.Equal(Things, texts.Description.Labels);
    }

    [Fact]
    public void TrainClassifier_Adapters_LearnWhileDenseLayersStay()
    {
        using var folder = new Folder();
        var (first, second) = (Path.Combine(folder.Path, "first"), Path.Combine(folder.Path, "second"));
        TextTraining.TrainEncoder(Options with { Passes = 0 }, Catalogue, [], first);
        var labelled = Catalogue.Select(text => new LabelledText(text, text.Contains("red", StringComparison.Ordinal) ? 1 : 0)).ToList();
        TextTraining.TrainClassifier(Options with { Checkpoint = first, PretrainingPasses = 0, LoraRank = 4, Passes = 60, LearningRate = 1e-2, Freeze = ["embeddings"] }, [], labelled, ["other", "red"], second);
        using var network = TextCheckpoint.Load(second); // adapters are merged: no name more or less
        using var texts = new ExportedTexts(second);
        Assert.All(labelled.Zip(texts.Of([.. labelled.Select(text => text.Text)])), pair => Assert.Equal(pair.First.Label, TensorPrimitives.IndexOfMax<float>(pair.Second)));
    }

    [Fact]
    public void LearnFrom_Teacher_StudentFindsTheSameTextsAlike()
    {
        using var teacher = SmallTexts.Model(EncoderKind.Embed);
        manual_seed(3);
        var config = SmallTexts.Config() with { Layers = 1, Dropout = 0 };
        using var student = new TextModel(new Bert(config), new TextHead(config, TextPooling.Mean), takesPairs: false);
        double Divergence()
        {
            using var scope = NewDisposeScope();
            using var untracked = no_grad();
            student.Train(false);
            var batch = TextTensors.Of([.. Catalogue.Select(text => SmallTexts.Tokenizer.Encode(text, 20))], 0);
            var (own, taught) = (student.Forward(batch), teacher.Forward(batch));
            return (own.mm(own.t()) - taught.mm(taught.t())).abs().mean().item<float>();
        }
        var before = Divergence();
        new FineTuning(student, SmallTexts.Tokenizer, Options with { MaxTokens = 20, Passes = 40, Temperature = 0.2 }).LearnFrom(teacher, SmallTexts.Tokenizer, Catalogue);
        Assert.True(Divergence() < 0.7 * before, $"{Divergence():f3} after, {before:f3} before.");
    }

    [Fact]
    public void LearnMasked_TextOfFewWords_IsForetoldBetterThanByTheirShares()
    {
        manual_seed(1);
        var config = SmallTexts.Config() with { Dropout = 0 };
        using var network = new Bert(config);
        var texts = Enumerable.Repeat(SmallTexts.Texts[..6], 40).SelectMany(text => text).Select(text => SmallTexts.Tokenizer.Encode(text, 20)).ToList();
        var losses = new List<double>();
        Pretraining.LearnMasked(network, SmallTexts.Tokenizer, texts, Options with { BatchSize = 4, PretrainingPasses = 12, PretrainingRate = 1e-2 }, (_, loss) => losses.Add(loss));
        Assert.True(losses[^1] < 0.6 * losses[0], $"{losses[0]:f2} to {losses[^1]:f2} nats.");
    }

    [Fact]
    public void Train_NothingToLearnFrom_SaysWhatToBring()
    {
        using var folder = new Folder();
        Assert.Contains("catalogue", Assert.Throws<TrainingException>(() => TextTraining.TrainEncoder(Options, [], [], folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("labels", Assert.Throws<TrainingException>(() => TextTraining.TrainClassifier(Options, Catalogue, [], ["a"], folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("label 7", Assert.Throws<TrainingException>(() => TextTraining.TrainClassifier(Options, Catalogue, [new("x", 7)], ["a"], folder.Path)).Message, StringComparison.Ordinal);
    }

    private static float[] Words(string folder)
    {
        using var network = TextCheckpoint.Load(folder);
        return network.Words.data<float>().ToArray();
    }
}
