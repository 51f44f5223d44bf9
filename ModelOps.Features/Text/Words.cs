namespace ModelOps.Features.Text;

/// <summary>
/// The words of a text in lower case: runs of letters and digits; of scripts that are written without spaces (Chinese, Japanese)
/// each pair of neighbouring characters, or a character that has no neighbour. The same words wherever texts are compared.
/// </summary>
public static class Words
{
    public static IEnumerable<string> Of(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            yield break;
        text = PlainText.Of(text);
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : ' ';
            var alone = PlainText.IsIdeograph(c);
            if (!alone && char.IsLetterOrDigit(c))
            {
                start = start < 0 ? i : start;
                continue;
            }
            if (start >= 0)
                yield return text[start..i];
            start = -1;
            if (!alone)
                continue;
            if (i + 1 < text.Length && PlainText.IsIdeograph(text[i + 1]))
                yield return text.Substring(i, 2);
            else if (i == 0 || !PlainText.IsIdeograph(text[i - 1]))
                yield return c.ToString();
        }
    }
}
