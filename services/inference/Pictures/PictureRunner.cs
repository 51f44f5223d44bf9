using Microsoft.ML.OnnxRuntime;
using ModelOps.Inference.Batching;
using ModelOps.Pictures;

namespace ModelOps.Inference.Pictures;

/// <summary>A picture package's graph, which sees several pictures in one call where it can.</summary>
internal sealed class PictureRunner(InferenceSession session, PictureSettings settings) : IBatchComputation<PictureCall>, IDisposable
{
    private const int MostTogether = 16;
    private readonly RunOptions options = new();
    private readonly string[] inputs = [settings.Input];
    private readonly string[] outputs = [settings.Output];
    private readonly int most = session.InputMetadata[settings.Input].Dimensions[0] == 1 ? 1 : MostTogether;

    public bool Fits(ReadOnlySpan<PictureCall> batch, PictureCall next) => batch.Length < most;

    public void Compute(ReadOnlySpan<PictureCall> batch)
    {
        var values = new float[batch.Length * settings.Inputs];
        for (var row = 0; row < batch.Length; row++)
            batch[row].Values.CopyTo(values, row * settings.Inputs);
        using var input = OrtValue.CreateTensorValueFromMemory(values, [batch.Length, 3, settings.Side, settings.Side]);
        using var results = session.Run(options, inputs, [input], outputs);
        var all = results[0].GetTensorDataAsSpan<float>();
        if (all.Length != batch.Length * settings.Dimensions)
            throw new ArgumentException($"{batch.Length} pictures gave {all.Length} values, not {settings.Dimensions} each.");
        for (var row = 0; row < batch.Length; row++)
            all.Slice(row * settings.Dimensions, settings.Dimensions).CopyTo(batch[row].Output);
    }

    public void Dispose() => options.Dispose();
}
