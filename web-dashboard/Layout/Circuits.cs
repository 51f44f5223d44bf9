using Microsoft.AspNetCore.Components.Server;

namespace ModelOps.Dashboard.Layout;

internal static class Circuits
{
    /// <summary>Of what a page may send at once, in bytes: a list of a hundred thousand customers is pasted in one piece.</summary>
    public const int LargestMessage = 4 << 20;

    /// <summary>A page's state is cheap to fetch again: what a closed browser leaves behind is soon let go.</summary>
    public static void KeepLittle(CircuitOptions options)
    {
        options.DisconnectedCircuitRetentionPeriod = TimeSpan.FromSeconds(30);
        options.DisconnectedCircuitMaxRetained = 10;
    }
}
