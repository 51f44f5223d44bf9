namespace ModelOps.Inference.Texts;

/// <summary>What is wrong with a request about texts, for the caller. One table from kind to status, as text-embeddings-inference has it.</summary>
internal sealed class TextException(TextError error, string message) : Exception(message)
{
    public TextError Error => error;

    public int Status => error switch
    {
        TextError.Empty => StatusCodes.Status400BadRequest,
        TextError.NotFound => StatusCodes.Status404NotFound,
        TextError.Validation => StatusCodes.Status413PayloadTooLarge,
        TextError.Overloaded => StatusCodes.Status429TooManyRequests,
        TextError.Timeout => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status422UnprocessableEntity,
    };
}

internal enum TextError
{
    /// <summary>There is no text.</summary>
    Empty,

    /// <summary>Nothing of that name is deployed.</summary>
    NotFound,

    /// <summary>More or longer texts than are taken.</summary>
    Validation,

    /// <summary>The body is of another form.</summary>
    Tokenizer,

    /// <summary>There is too much to do.</summary>
    Overloaded,

    /// <summary>The deadline has passed.</summary>
    Timeout,
}
