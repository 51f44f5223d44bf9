using Microsoft.AspNetCore.Http.HttpResults;

namespace ModelOps.Inference.ShopPages;

/// <summary>The script for shop pages, for everybody: as a classic script and as a module.</summary>
internal static class ShopPagesApi
{
    public static void MapShopPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/v1").AllowAnonymous().WithTags("Shop pages");
        pages.MapGet("/snippet.js", (HttpContext context) => Send(context, Snippet.Classic)).WithSummary("Sends impressions and clicks; a classic script");
        pages.MapGet("/snippet.mjs", (HttpContext context) => Send(context, Snippet.Module)).WithSummary("The same as a module");
    }

    private static FileContentHttpResult Send(HttpContext context, Snippet snippet)
    {
        context.Response.Headers.CacheControl = "public, max-age=3600";
        context.Response.Headers.AccessControlAllowOrigin = "*"; // a module, or a script with integrity, is fetched by CORS
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(snippet.Content, "text/javascript; charset=utf-8", entityTag: snippet.Tag);
    }
}
