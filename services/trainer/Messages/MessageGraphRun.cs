using Microsoft.ML.OnnxRuntime;
using ModelOps.Features.Assist;

namespace ModelOps.Trainer.Messages;

/// <summary>A package's graph, asked as inference asks it.</summary>
internal static class MessageGraphRun
{
    /// <returns>(rows × classes) log-probabilities.</returns>
    public static float[] Run(InferenceSession session, EncodedMessages messages)
    {
        using var words = OrtValue.CreateTensorValueFromMemory(messages.Words, [messages.Rows, messages.Length]);
        using var runs = OrtValue.CreateTensorValueFromMemory(messages.Runs, [messages.Rows, messages.Length, WordEncoder.MostRuns]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, [MessageGraph.Words, MessageGraph.Runs], [words, runs], [MessageGraph.Scores]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
