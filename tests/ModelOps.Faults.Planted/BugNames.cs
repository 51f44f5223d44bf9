namespace ModelOps.Faults.Planted;

public static class BugNames
{
    public const string EarlyReceipt = "early-receipt";
    public const string ForgottenKey = "forgotten-key";
    public const string NeedsEventLog = "needs-event-log";
}
