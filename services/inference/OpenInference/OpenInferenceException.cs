namespace ModelOps.Inference.OpenInference;

/// <summary>What is wrong with a request, for the caller.</summary>
internal sealed class OpenInferenceException(int status, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;

    public static OpenInferenceException Bad(string message) => new(StatusCodes.Status400BadRequest, message);

    public static OpenInferenceException NotFound(string message) => new(StatusCodes.Status404NotFound, message);
}
