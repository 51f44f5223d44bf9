using System.Net;

namespace ModelOps.Contracts.Clients;

/// <summary>Another service refused a call: its problem details (RFC 9457).</summary>
public sealed class ServiceException : Exception
{
    public ServiceException(HttpStatusCode status, string? type, string message) : base(message)
    {
        Status = status;
        Type = type;
    }

    public HttpStatusCode Status { get; }

    /// <summary>The problem's stable type, for example <c>urn:modelops:not-found</c>.</summary>
    public string? Type { get; }

    /// <summary>True when repeating the call later may help.</summary>
    public bool IsTransient => (int)Status >= 500 || Status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout;
}
