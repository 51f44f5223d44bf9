namespace ModelOps.Features.Text;

/// <summary>A conversation as the one text that a decoder goes on with: a line for each turn, its role first. What a decoder learns of a shop's FAQ has the same form.</summary>
public static class ChatText
{
    public const string User = "user", Assistant = "assistant";

    /// <summary>Where an answer ends.</summary>
    public const string Stop = "\n";

    /// <summary>One turn. A line break in it becomes a space: no text begins a turn of another role.</summary>
    public static string Turn(string role, string content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return $"{role}: {content.ReplaceLineEndings(" ")}{Stop}";
    }

    /// <summary>The turns so far, and the beginning of the answer.</summary>
    public static string Prompt(IEnumerable<(string Role, string Content)> turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        return $"{string.Concat(turns.Select(turn => Turn(turn.Role, turn.Content)))}{Assistant}:";
    }
}
