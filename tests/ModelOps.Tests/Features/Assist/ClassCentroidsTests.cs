using ModelOps.Features.Text.Linear;

namespace ModelOps.Tests.Features.Assist;

public sealed class ClassCentroidsTests : IDisposable
{
    private static readonly string[] Texts = ["where is my parcel", "when does my parcel come", "i want my money back", "give me my money back"];
    private static readonly int[] Labels = [0, 0, 1, 1];

    private readonly string folder = Directory.CreateTempSubdirectory("modelops-centroids-").FullName;

    [Fact]
    public void Near_IsHighestForTheClassItIsAbout_AndLowForNone()
    {
        var classifier = Trained();
        var (parcel, money, none) = (Near(classifier, "my parcel please"), Near(classifier, "money back"), Near(classifier, "qwxz"));
        Assert.True(parcel[0] > parcel[1] && money[1] > money[0]);
        Assert.True(none.Max() < .1);
        Assert.All(parcel.Concat(money), cosine => Assert.InRange(cosine, 0, 1.0001));
    }

    [Fact]
    public void Read_GivesWhatWasWritten_AndRefusesWhatIsCutOff()
    {
        var path = Path.Combine(folder, "linear.bin");
        Trained().Write(path);
        Assert.All(Near(Trained(), "parcel money").Zip(Near(LinearClassifier.Read(path), "parcel money")), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^3]);
        Assert.Throws<InvalidDataException>(() => LinearClassifier.Read(path));
    }

    [Fact]
    public void Read_OfAPackageFromBefore_HasNoMeans()
    {
        var path = Path.Combine(folder, "linear.bin");
        var vectorizer = TextVectorizer.Fit(Texts, new TermSettings(LeastTexts: 1));
        new LinearClassifier(vectorizer, LinearSvm.Train(SparseRows.Of(vectorizer, Texts), Labels, 2, new SvmSettings())).Write(path);
        Assert.Equal([0f, 0f], Near(LinearClassifier.Read(path), "my parcel"));
    }

    private static LinearClassifier Trained() => LinearClassifier.Train(Texts, Labels, 2, new TermSettings(LeastTexts: 1), new SvmSettings());

    private static float[] Near(LinearClassifier classifier, string text)
    {
        var (vector, scores, cosines) = (new TermVector(), new float[2], new float[2]);
        classifier.Score(text, vector, scores);
        classifier.Near(vector, cosines);
        return cosines;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
