using System.Diagnostics.Metrics;

namespace ModelOps.Inference.Assist;

/// <summary>How customers were answered: hand-over rate and the share out of scope, by model and version.</summary>
internal sealed class AssistMetrics : IDisposable
{
    private readonly Meter meter;
    private readonly Counter<long> answers;

    public AssistMetrics(IMeterFactory meters)
    {
        meter = meters.Create("ModelOps.Inference");
        answers = meter.CreateCounter<long>("modelops.assist.answers", description: "Answers to customers by way (faq, order, products, ask-back, hand-over) and, of hand-overs, reason");
    }

    public void Count(AssistModel model, AssistReply reply, bool isOutOfScope) =>
        answers.Add(1, new("store", model.Store.ToString()), new("model", model.Name), new("version", model.Version), new("way", reply.Way), new("reason", reply.HandOver?.Reason ?? ""), new("out_of_scope", isOutOfScope));

    public void Dispose() => meter.Dispose();
}
