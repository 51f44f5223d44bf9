using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOps.Trainer.Campaigns.Evaluation;
using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Campaigns.Uplift;
using ModelOps.Trainer.Onnx;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Tests.Campaigns;

public sealed class UpliftLearnersTests
{
    public static TheoryData<string> Names() => [.. UpliftLearners.All];

    /// <summary>Every learner finds an effect that is there, and its graph gives the same numbers.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Learn_AnEffectOnSome_IsFound_AndExported(string name)
    {
        var rows = SmallCampaign.Rows(6000, 1, effect: .25);
        var (train, test) = (rows.Take([.. Enumerable.Range(0, 4000)]), rows.Take([.. Enumerable.Range(4000, 2000)]));

        var uplift = UpliftLearners.Of(name, isRate: true).Learn(train, 1);
        var scores = uplift.Predict(test.Table);

        UpliftCase[] cases = [.. scores.Select((score, i) => new UpliftCase(score, test.Treated[i], test.Outcomes[i]))];
        Assert.True(UpliftBootstrap.Qini(cases, 1).Low > 0);
        AssertExported(uplift.Export, test, scores);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Learn_AnAmount_IsFound(string name)
    {
        var rows = SmallCampaign.Rows(6000, 2, effect: .25);
        rows = rows with { Outcomes = [.. rows.Outcomes.Select(outcome => outcome * 20)] };

        var scores = UpliftLearners.Of(name, isRate: false).Learn(rows, 1).Predict(rows.Table);

        UpliftCase[] cases = [.. scores.Select((score, i) => new UpliftCase(score, rows.Treated[i], rows.Outcomes[i]))];
        Assert.True(UpliftCurve.Of(cases).QiniValue > .2);
    }

    [Fact]
    public void Select_OneColumnDecidesAboutUplift_AndAnotherAboutResponseAlone()
    {
        var rows = SmallCampaign.Rows(8000, 3, effect: .3);
        var outcome = new LogisticLearner(30);

        var columns = new ColumnSelection(new InteractionLogistic(), outcome, .01).Select(rows.Table, DrLearner.Scores(rows, outcome, 5, 1));

        Assert.Equal(["kind"], columns.Select(column => rows.Table.Schema.Columns[column].Name));
    }

    internal static void AssertExported(Func<GraphBuilder, string, ModelOps.Features.Tables.TableSchema, string> export, UpliftRows rows, double[] expected)
    {
        var graph = new GraphBuilder("uplift");
        var features = graph.Input("features", ElementType.Float, "batch", rows.Table.Columns);
        graph.Output("scores", export(graph, features, rows.Table.Schema), ElementType.Float, "batch", 1);
        using var session = new InferenceSession(graph.Build().ToByteArray());
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("features", new DenseTensor<float>(rows.Table.Values, [rows.Count, rows.Table.Columns]))]);
        Assert.True(results[0].AsTensor<float>().ToArray().Zip(expected, (one, other) => Math.Abs(one - other)).Max() < 1e-5);
    }
}
