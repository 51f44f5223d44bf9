namespace ModelOps.DataPrep.Sources;

/// <summary>An upload that cannot be taken; the message says why and what to do.</summary>
internal sealed class UploadException(string message) : Exception(message);
