using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Contracts.Predictions;
using ModelOps.ServiceDefaults;

namespace ModelOps.Inference.Batching;

/// <summary>
/// Gives a request its deadline: the header <c>x-request-timeout-ms</c>, else the body's <c>deadlineMs</c>, else the default. What
/// passes it ends with 504, and what would pass it, with 429.
/// </summary>
internal sealed class DeadlineFilter(BatchingHost batching) : IEndpointFilter
{
    public const string Header = "x-request-timeout-ms";
    private const int MaxMilliseconds = 3_600_000;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (Wanted(context) is not { } wanted)
            return Problems.Refuse("deadline", $"'{Header}' and 'deadlineMs' are whole milliseconds from 1 to {MaxMilliseconds}.");
        using var passed = new CancellationTokenSource(wanted, batching.Time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(passed.Token, http.RequestAborted);
        for (var argument = 0; argument < context.Arguments.Count; argument++)
        {
            if (context.Arguments[argument] is CancellationToken)
                context.Arguments[argument] = ends.Token;
        }
        Deadline.Current = Deadline.In(wanted, batching.Time);
        try
        {
            return await next(context);
        }
        catch (OverloadedException overload)
        {
            return TooMuch(http, overload);
        }
        catch (Exception exception) when (exception is DeadlinePassedException || (exception is OperationCanceledException && passed.IsCancellationRequested))
        {
            return TooLate(wanted);
        }
    }

    private TimeSpan? Wanted(EndpointFilterInvocationContext context)
    {
        var header = context.HttpContext.Request.Headers[Header].ToString();
        var milliseconds = header.Length > 0
            ? (int.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var said) ? said : 0)
            : context.Arguments.OfType<IHasDeadline>().FirstOrDefault()?.DeadlineMs ?? batching.Options.DefaultDeadlineMilliseconds;
        return milliseconds is >= 1 and <= MaxMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
    }

    private static ProblemHttpResult TooMuch(HttpContext http, OverloadedException overload)
    {
        http.Response.Headers.RetryAfter = overload.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return Problems.Of(StatusCodes.Status429TooManyRequests, "overloaded", "There is too much to do", $"{overload.Message} Try again in {overload.RetryAfterSeconds} s.");
    }

    private static ProblemHttpResult TooLate(TimeSpan wanted) => Problems.Of(
        StatusCodes.Status504GatewayTimeout, "deadline-passed", "The deadline has passed",
        $"The answer was not ready within {wanted.TotalMilliseconds:0} ms. Allow more by '{Header}' or 'deadlineMs', or ask less at once.");
}
