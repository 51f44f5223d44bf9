using CsCheck;
using ModelOps.Features.Text.Linear;

namespace ModelOps.Tests.Features.Assist;

public sealed class LinearClassifierTests
{
    private static readonly string[] Texts =
    [
        "where is my parcel", "my parcel has not come", "when does the parcel arrive", "track my parcel please",
        "i want my money back", "refund my money", "money back please", "give back the money",
        "我的快递在哪里", "快递还没到", "我要退款", "请退钱给我",
    ];

    private static readonly int[] Labels = [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1];

    [Theory]
    [InlineData("has the parcel arrived", 0)]
    [InlineData("MONEY  BACK!!", 1)]
    [InlineData("快递什么时候到", 0)]
    [InlineData("退款", 1)]
    [InlineData("ｐａｒｃｅｌ", 0)] // full width
    public void Score_OfLikeTexts_IsHighestForTheirClass(string text, int label)
    {
        var scores = new float[2];
        Trained().Score(text, new TermVector(), scores);
        Assert.True(scores[label] > scores[1 - label]);
    }

    [Fact]
    public void Read_OfWhatWasWritten_ScoresTheSame()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("modelops-linear-").FullName, "linear.bin");
        var (trained, vector) = (Trained(), new TermVector());
        trained.Write(path);
        var read = LinearClassifier.Read(path);
        foreach (var text in Texts)
        {
            var (before, after) = (new float[2], new float[2]);
            trained.Score(text, vector, before);
            read.Score(text, vector, after);
            Assert.Equal(before[0], after[0], .005f);
            Assert.Equal(before[1], after[1], .005f);
        }
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^20]);
        Assert.Throws<InvalidDataException>(() => LinearClassifier.Read(path));
        File.WriteAllText(path, "something else");
        Assert.Throws<InvalidDataException>(() => LinearClassifier.Read(path));
    }

    [Fact]
    public void Vectorize_OfAnyText_IsFiniteAndOfLengthOneInEachBlock()
    {
        var vectorizer = TextVectorizer.Fit(Texts, new TermSettings());
        Gen.OneOf(Gen.String, Gen.Int[0, Texts.Length - 1].Select(at => Texts[at]), Gen.Select(Gen.Int[0, Texts.Length - 1].Select(at => Texts[at]), Gen.String, (known, other) => known + other)).Sample(text =>
        {
            var vector = new TermVector();
            vectorizer.Vectorize(text, vector);
            var squares = vector.Values.ToArray().Sum(value => value * value);
            Assert.True(new[] { 0f, 1f, 2f }.Any(blocks => Math.Abs(blocks - squares) < 1e-4f), $"{squares}");
            Assert.InRange(vector.Known, 0, 1);
            Assert.Equal(vector.Count, vector.Columns.ToArray().Distinct().Count());
        });
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(.5f)]
    public void Svm_IsAtItsMinimum_SoThatEveryOtherWeightIsWorse(float bayes)
    {
        var rows = SparseRows.Of(TextVectorizer.Fit(Texts, new TermSettings()), Texts);
        var settings = new SvmSettings(1, bayes, Passes: 500, Tolerance: 1e-4f);
        var weights = LinearSvm.Train(rows, Labels, 2, settings);
        if (bayes == 0)
            IsMinimum(weights, changed => SquaredHinge(rows, changed));
        var again = LinearSvm.Train(rows, Labels, 2, settings);
        Assert.Equal(weights.Weights, again.Weights);
        Assert.Equal(1, rows.Count == 0 ? 0 : weights.Score(rows).Zip(Labels).Average(pair => pair.First[pair.Second] > pair.First[1 - pair.Second] ? 1 : 0));
    }

    [Fact]
    public void LogisticRegression_IsAtItsMinimum()
    {
        var rows = SparseRows.Of(TextVectorizer.Fit(Texts, new TermSettings()), Texts);
        var weights = LogisticRegression.Train(rows, Labels, 2, new LogisticSettings(10, 500, 1e-9));
        IsMinimum(weights, changed => CrossEntropy(rows, changed));
    }

    private static LinearClassifier Trained() => LinearClassifier.Train(Texts, Labels, 2, new TermSettings(LeastTexts: 1), new SvmSettings());

    /// <summary>Moves a tenth of the weights a little, in many ways.</summary>
    private static void IsMinimum(LinearWeights weights, Func<LinearWeights, double> loss)
    {
        var (least, random) = (loss(weights), new Random(1));
        for (var trial = 0; trial < 200; trial++)
        {
            var (moved, bias) = (weights.Weights.ToArray(), weights.Bias.ToArray());
            for (var i = random.Next(10); i < moved.Length; i += 10)
                moved[i] += (float)((random.NextDouble() - .5) * .1);
            Assert.True(loss(new LinearWeights(moved, bias)) > least - 1e-4);
        }
    }

    private static double SquaredHinge(SparseRows rows, LinearWeights weights) =>
        (.5 * (weights.Weights.Sum(weight => (double)weight * weight) + weights.Bias.Sum(bias => (double)bias * bias)))
        + weights.Score(rows).Zip(Labels).Sum(pair => pair.First.Select((score, label) => Math.Pow(Math.Max(0, 1 - (score * (label == pair.Second ? 1 : -1))), 2)).Sum());

    private static double CrossEntropy(SparseRows rows, LinearWeights weights) =>
        (.5 * weights.Weights.Sum(weight => (double)weight * weight)) + (10 * weights.Score(rows).Zip(Labels).Sum(pair => Math.Log(pair.First.Sum(score => Math.Exp(score))) - pair.First[pair.Second]));
}
