using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ModelOps.ServiceDefaults;

/// <summary>What a browser may do with an answer. APIs give data, so nothing; the dashboard says what its pages need.</summary>
public sealed class SecurityHeadersOptions
{
    /// <summary>The header <c>Content-Security-Policy</c> of everything but the API reference.</summary>
    public string ContentSecurityPolicy { get; set; } = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
}

internal static class SecurityHeaders
{
    /// <summary>The reference starts itself with a script in its page; it loads nothing from elsewhere.</summary>
    private const string OfReference = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

    private const string ReferencePath = "/docs";

    /// <summary>Set when the answer starts: whoever handles an error clears what was set before.</summary>
    public static void UseSecurityHeaders(this IApplicationBuilder app)
    {
        var policy = app.ApplicationServices.GetRequiredService<IOptions<SecurityHeadersOptions>>().Value.ContentSecurityPolicy;
        app.Use((context, next) =>
        {
            context.Response.OnStarting(() =>
            {
                var headers = context.Response.Headers;
                headers.XContentTypeOptions = "nosniff";
                headers.XFrameOptions = "DENY";
                headers["Referrer-Policy"] = "same-origin"; // an address names products and stores
                headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
                headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments(ReferencePath) ? OfReference : policy;
                return Task.CompletedTask;
            });
            return next(context);
        });
    }
}
