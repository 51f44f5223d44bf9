using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ModelOps.Inference.OpenInference;

/// <summary>The protocol has errors of its own: <c>{"error": "…"}</c>.</summary>
internal sealed class ErrorFilter : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context) is var result && result is ProblemHttpResult problem ? Error(problem.StatusCode, problem.ProblemDetails.Detail!) : result;
        }
        catch (OpenInferenceException exception)
        {
            return Error(exception.Status, exception.Message);
        }
        catch (JsonException exception)
        {
            return Error(StatusCodes.Status400BadRequest, $"The body is not valid JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}.");
        }
        catch (BadHttpRequestException exception)
        {
            return Error(exception.StatusCode, exception.Message);
        }
    }

    private static JsonHttpResult<ErrorBody> Error(int status, string message) => TypedResults.Json(new ErrorBody(message), statusCode: status);

    private sealed record ErrorBody(string Error);
}
