using Microsoft.ML.OnnxRuntime;
using ModelOps.Pictures;

namespace ModelOps.Trainer.Pictures;

/// <summary>A picture graph in ONNX Runtime, for what the trainer asks of it: parity, evaluation, the vectors of a catalogue.</summary>
public sealed class ExportedPictures : IDisposable
{
    private const int BatchSize = 32;
    private readonly Microsoft.ML.OnnxRuntime.SessionOptions options = new() { InterOpNumThreads = 1, IntraOpNumThreads = 1 };
    private readonly RunOptions run = new();
    private readonly InferenceSession session;
    private readonly PictureSettings settings;
    private readonly bool takesOne;

    public ExportedPictures(string path, PictureSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        this.settings = settings;
        session = new InferenceSession(path, options);
        takesOne = session.InputMetadata[settings.Input].Dimensions[0] == 1;
    }

    /// <summary>(pictures, dimensions) vectors, as the graph answers.</summary>
    public float[] Of(IReadOnlyList<byte[]> planes)
    {
        ArgumentNullException.ThrowIfNull(planes);
        var vectors = new float[planes.Count * settings.Dimensions];
        foreach (var batch in planes.Index().Chunk(takesOne ? 1 : BatchSize))
        {
            var values = new float[batch.Length * settings.Inputs];
            foreach (var (row, (_, picture)) in batch.Index())
                settings.Normalise(picture, values.AsSpan(row * settings.Inputs, settings.Inputs));
            using var input = OrtValue.CreateTensorValueFromMemory(values, [batch.Length, 3, settings.Side, settings.Side]);
            using var outputs = session.Run(run, [settings.Input], [input], [settings.Output]);
            outputs[0].GetTensorDataAsSpan<float>()[..(batch.Length * settings.Dimensions)].CopyTo(vectors.AsSpan(batch[0].Index * settings.Dimensions));
        }
        return vectors;
    }

    /// <summary>The same, of length 1: what is searched.</summary>
    public VectorTable TableOf(IReadOnlyList<byte[]> planes)
    {
        var vectors = Of(planes);
        for (var row = 0; row < planes.Count; row++)
            VectorTable.Normalise(vectors.AsSpan(row * settings.Dimensions, settings.Dimensions));
        return new VectorTable(vectors, settings.Dimensions);
    }

    public void Dispose()
    {
        session.Dispose();
        options.Dispose();
        run.Dispose();
    }
}
