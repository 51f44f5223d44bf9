using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ModelOps.Inference.Texts;

/// <summary>Errors in the words of text-embeddings-inference, <c>{"error", "error_type"}</c>, or under <c>/v1</c> of OpenAI, <c>{"error": {"message", "type", "param", "code"}}</c>.</summary>
internal sealed class TextErrors : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context) is var result && result is ProblemHttpResult problem ? Of(context.HttpContext, KindOf(problem.StatusCode), problem.ProblemDetails.Detail!) : result;
        }
        catch (TextException exception)
        {
            return Of(context.HttpContext, exception.Error, exception.Message);
        }
        catch (JsonException exception)
        {
            return Of(context.HttpContext, TextError.Tokenizer, $"The body is not the JSON that is expected here: {exception.Message}");
        }
        catch (BadHttpRequestException exception)
        {
            return Of(context.HttpContext, exception.StatusCode == StatusCodes.Status413PayloadTooLarge ? TextError.Validation : TextError.Tokenizer, exception.Message);
        }
    }

    private static TextError KindOf(int status) => status switch
    {
        StatusCodes.Status429TooManyRequests => TextError.Overloaded,
        StatusCodes.Status504GatewayTimeout => TextError.Timeout,
        _ => TextError.Tokenizer,
    };

    private static IResult Of(HttpContext http, TextError error, string message)
    {
        var status = new TextException(error, message).Status;
        if (http.Request.Path.StartsWithSegments("/v1"))
            return TypedResults.Json(new OpenAiError(new OpenAiErrorBody(message, error == TextError.Overloaded ? "rate_limit_error" : "invalid_request_error", null, error.ToString().ToLower(CultureInfo.InvariantCulture))), statusCode: status == StatusCodes.Status413PayloadTooLarge ? StatusCodes.Status400BadRequest : status);
        return TypedResults.Json(new InferenceError(message, error.ToString()), statusCode: status);
    }

    private sealed record InferenceError(string Error, [property: System.Text.Json.Serialization.JsonPropertyName("error_type")] string ErrorType);

    private sealed record OpenAiError(OpenAiErrorBody Error);

    private sealed record OpenAiErrorBody(string Message, string Type, string? Param, string Code);
}
