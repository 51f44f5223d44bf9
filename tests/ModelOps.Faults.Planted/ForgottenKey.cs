using Microsoft.AspNetCore.Http;

namespace ModelOps.Faults.Planted;

/// <summary>A call that is repeated because its answer was lost is not known again.</summary>
internal static class ForgottenKey
{
    public static Task RunAsync(HttpContext context, RequestDelegate next)
    {
        context.Request.Headers.Remove("Idempotency-Key");
        return next(context);
    }
}
