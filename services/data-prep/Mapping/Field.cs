namespace ModelOps.DataPrep.Mapping;

/// <summary>A column of a table, and what other systems call it.</summary>
/// <param name="Names">Recognised column names, the likeliest first; case, separators and a <c>:type</c> suffix do not matter.</param>
internal sealed record Field(string Name, FieldType Type, params string[] Names)
{
    /// <summary>A row without it cannot be used.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Where a row lacks the first recognised column, the next one speaks: a signed-in shopper has an id, a visitor a cookie.</summary>
    public bool TakesTheFirstFilled { get; init; }
}

internal enum FieldType
{
    Id,
    Text,

    /// <summary>ISO 8601, or an epoch in s, ms or µs.</summary>
    Time,
    Number,

    /// <summary>A number that may have a currency and a decimal comma.</summary>
    Price,

    /// <summary>Yes or no.</summary>
    Flag,

    /// <summary>Base64.</summary>
    Bytes,
}
