namespace ModelOps.Pipeline.Audiences;

/// <summary>No list can be made as asked; the message says why and what to do.</summary>
internal sealed class AudienceException(string message) : Exception(message);
