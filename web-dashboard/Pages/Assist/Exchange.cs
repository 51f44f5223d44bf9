using ModelOps.Contracts.Predictions;

namespace ModelOps.Dashboard.Pages.Assist;

/// <summary>A customer's message and its answer.</summary>
public sealed record Exchange(string Message, AssistResponse Reply);
