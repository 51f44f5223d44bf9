using Microsoft.ML.OnnxRuntime;
using ModelOps.Features;
using ModelOps.Pictures;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Pictures;

/// <summary>A registered network that sees already: what goes into its graph and what comes out, from its package or from the graph itself.</summary>
internal static class BaseNetwork
{
    /// <exception cref="TrainingException">The graph takes no pictures, or answers no vectors.</exception>
    public static PictureSettings SettingsOf(string folder, PictureParameters parameters)
    {
        if (File.Exists(Path.Combine(folder, PackageFiles.Pictures)))
            return PictureSettings.Read(folder);
        try
        {
            using var session = new InferenceSession(Path.Combine(folder, PackageFiles.Model));
            var (input, output) = (session.InputMetadata.Single(), session.OutputMetadata.FirstOrDefault(output => output.Value is { ElementType: { } type, Dimensions: [_, > 0] } && type == typeof(float)));
            return input.Value is { ElementType: { } element, Dimensions: [var batch, 3, var height, var width] } && element == typeof(float) && height == width && batch is -1 or 1 && output.Key is not null
                ? new PictureSettings(height > 0 ? height : parameters.Side, output.Value.Dimensions[1], parameters.Mean, parameters.Deviation, parameters.Base!) { Input = input.Key, Output = output.Key }
                : throw Unfit($"its input '{input.Key}' is {input.Value.ElementType.Name} [{string.Join(", ", input.Value.Dimensions)}]");
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or InvalidOperationException)
        {
            throw Unfit(exception.Message);
        }

        TrainingException Unfit(string reason) => new($"The model '{parameters.Base}' is no network of pictures: {reason}. It must take one float32 [batch, 3, side, side] and answer a float32 [batch, dimensions].");
    }
}
