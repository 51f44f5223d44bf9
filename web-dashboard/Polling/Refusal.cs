using System.Net.Sockets;
using Microsoft.Extensions.Localization;
using ModelOps.Contracts.Clients;
using ModelOps.Dashboard.Resources;
using Polly;

namespace ModelOps.Dashboard.Polling;

/// <summary>Why a service gave no answer, in words for a person.</summary>
internal static class Refusal
{
    public static bool IsAway(Exception exception) =>
        exception is HttpRequestException or SocketException or IOException or OperationCanceledException or TimeoutException or ExecutionRejectedException
        or InvalidOperationException { Source: "Microsoft.Extensions.ServiceDiscovery" };

    public static string Of(Exception exception, string service, IStringLocalizer<Texts> texts) =>
        IsAway(exception) ? texts["{0} is not reachable", service]
        : exception is ServiceException { IsTransient: true } ? $"{service}: {exception.Message}"
        : exception.Message;

    /// <summary>True when asking again may help.</summary>
    public static bool MayPass(Exception exception) => IsAway(exception) || exception is ServiceException { IsTransient: true };
}
