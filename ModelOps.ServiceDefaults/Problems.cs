using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ModelOps.ServiceDefaults;

/// <summary>What an endpoint refuses, as problem details (RFC 9457). What no endpoint foresees is <see cref="ProblemTable"/>'s.</summary>
public static class Problems
{
    internal const string TypePrefix = "urn:modelops:";

    /// <summary>404: what the caller names does not exist.</summary>
    public static ProblemHttpResult NotFound(string detail) => Of(StatusCodes.Status404NotFound, "not-found", "Not found", detail);

    /// <summary>400: the caller has to send something else.</summary>
    public static ProblemHttpResult Refuse(string type, string detail, string title = "The request cannot be used") => Of(StatusCodes.Status400BadRequest, type, title, detail);

    /// <summary>409: the request fits another state than the present one.</summary>
    public static ProblemHttpResult Conflict(string type, string detail) => Of(StatusCodes.Status409Conflict, type, "The state is another one", detail);

    /// <param name="type">What programs tell refusals apart by; becomes <c>urn:modelops:{type}</c> and never changes.</param>
    /// <param name="title">The kind of refusal, the same for each.</param>
    /// <param name="detail">The cause of this one, and its remedy.</param>
    public static ProblemHttpResult Of(int status, string type, string title, string detail) =>
        TypedResults.Problem(detail, statusCode: status, type: TypePrefix + type, title: title);
}
