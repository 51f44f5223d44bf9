using System.Numerics.Tensors;

namespace ModelOps.Trainer.Messages;

/// <summary>How much the networks count beside the linear scores, and how sharp their sum is: what makes the messages kept apart likeliest.</summary>
/// <param name="Blend">Of the networks' log-probabilities.</param>
/// <param name="Sharpness">Of the sum.</param>
public sealed record Calibration(float Blend, float Sharpness)
{
    private static readonly float[] Blends = [.05f, .1f, .15f, .2f, .25f, .3f, .35f, .4f, .5f, .6f, .8f, 1, 1.5f, 2];

    private static readonly float[] Sharpnesses = [.. Enumerable.Range(0, 40).Select(step => .25f * MathF.Pow(1.12f, step))]; // .25 to 21

    public static Calibration Of(IReadOnlyList<ScoredMessage> messages, IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(messages);
        float[] blends = messages.Count == 0 || messages[0].Network.Length == 0 ? [0] : Blends;
        return blends.SelectMany(blend =>
        {
            var scores = messages.Select(message => message.Blended(blend)).ToList();
            return Sharpnesses.Select(sharpness => (Calibration: new Calibration(blend, sharpness), Loss: Loss(scores, labels, sharpness)));
        }).MinBy(pair => pair.Loss).Calibration;
    }

    /// <summary>The least cross entropy that any sharpness gives scores, in nats a message.</summary>
    public static double LossOf(IReadOnlyList<float[]> scores, IReadOnlyList<int> labels) => Sharpnesses.Min(sharpness => Loss(scores, labels, sharpness));

    public float[] Probabilities(ScoredMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var scores = message.Blended(Blend);
        TensorPrimitives.Multiply<float>(scores, Sharpness, scores);
        TensorPrimitives.SoftMax<float>(scores, scores);
        return scores;
    }

    /// <summary>Cross entropy, in nats a message.</summary>
    private static double Loss(IReadOnlyList<float[]> scores, IReadOnlyList<int> labels, float sharpness)
    {
        var loss = 0d;
        for (var row = 0; row < scores.Count; row++)
        {
            var highest = TensorPrimitives.Max<float>(scores[row]);
            var sum = 0f;
            foreach (var score in scores[row])
                sum += MathF.Exp((score - highest) * sharpness);
            loss += Math.Log(sum) - ((scores[row][labels[row]] - highest) * sharpness);
        }
        return loss / Math.Max(1, scores.Count);
    }
}
