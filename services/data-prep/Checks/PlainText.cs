namespace ModelOps.DataPrep.Checks;

/// <summary>Texts as they are compared: without case and punctuation.</summary>
internal static class PlainText
{
    public static string Of(string column) => $@"trim(regexp_replace(lower({column}), '[^\p{{L}}\p{{N}}]+', ' ', 'g'))";
}
