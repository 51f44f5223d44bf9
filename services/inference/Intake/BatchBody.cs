using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.ServiceDefaults;

namespace ModelOps.Inference.Intake;

/// <summary>A body with a list of things that are read one by one, so that a bad one is refused by its index and the others are kept.</summary>
/// <param name="List">The list's name.</param>
/// <param name="Most">As many, at most.</param>
/// <param name="Example">A body, for the refusal of another.</param>
/// <param name="Problem">The refusal's type.</param>
/// <param name="Title">The refusal's title.</param>
internal sealed record BatchBody(string List, int Most, string Example, string Problem, string Title)
{
    /// <param name="read">Reads one: the value, or why it cannot be kept.</param>
    /// <returns>What was read, or the refusal of the whole.</returns>
    public async Task<(List<T> Accepted, List<(int Index, string Reason)> Rejected, ProblemHttpResult? Refusal)> ReadAsync<T>(
        HttpRequest request, Func<JsonElement, (T? Value, string? Reason)> read, CancellationToken cancellationToken) where T : class
    {
        var (accepted, rejected) = (new List<T>(), new List<(int, string)>());
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken);
            if (body.RootElement.ValueKind != JsonValueKind.Object || !body.RootElement.TryGetProperty(List, out var list) || list.ValueKind != JsonValueKind.Array)
                return (accepted, rejected, Refuse(StatusCodes.Status400BadRequest, $"The body has no list \"{List}\". Send {Example}."));
            if (list.GetArrayLength() > Most)
                return (accepted, rejected, Refuse(StatusCodes.Status413PayloadTooLarge, $"The batch has {list.GetArrayLength()} {List}; at most {Most}. Split it."));
            foreach (var (index, element) in list.EnumerateArray().Index())
            {
                var (value, reason) = read(element);
                if (value is not null)
                    accepted.Add(value);
                else
                    rejected.Add((index, reason!));
            }
            return (accepted, rejected, null);
        }
        catch (JsonException exception)
        {
            return (accepted, rejected, Refuse(StatusCodes.Status400BadRequest, $"The body is not valid JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}."));
        }
    }

    private ProblemHttpResult Refuse(int status, string detail) => Problems.Of(status, Problem, Title, detail);
}
