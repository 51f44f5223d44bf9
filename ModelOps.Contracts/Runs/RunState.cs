using System.Text.Json.Serialization;

namespace ModelOps.Contracts.Runs;

/// <summary>Where a run, a step or a job is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunState>))]
public enum RunState
{
    [JsonStringEnumMemberName("queued")] Queued,
    [JsonStringEnumMemberName("running")] Running,
    [JsonStringEnumMemberName("succeeded")] Succeeded,
    [JsonStringEnumMemberName("failed")] Failed,
    [JsonStringEnumMemberName("cancelled")] Cancelled,
    [JsonStringEnumMemberName("skipped")] Skipped,

    /// <summary>Of a pipeline: until somebody approves, or does not.</summary>
    [JsonStringEnumMemberName("waiting_for_approval")] WaitingForApproval,
}

public static class RunStates
{
    public static bool IsFinal(this RunState state) => state is not (RunState.Queued or RunState.Running or RunState.WaitingForApproval);
}
