namespace ModelOps.Inference.Assist;

/// <summary>What was said before, oldest first.</summary>
/// <param name="User">Whose conversation it is; nobody else's message goes on from it.</param>
/// <param name="Unsure">Messages in a row, up to the last, that were not understood.</param>
internal sealed record Conversation(string Id, string? User, IReadOnlyList<Turn> Turns, int Unsure)
{
    private const int MostTurns = 10;
    private const int LongestText = 500;

    public static Conversation New(string? user) => new(Guid.NewGuid().ToString("N"), user, [], 0);

    public Conversation With(string message, string? intent, string answer, bool understood) => this with
    {
        Turns = [.. Turns.Append(new Turn(Short(message), intent, Short(answer))).TakeLast(MostTurns)],
        Unsure = understood ? 0 : Unsure + 1,
    };

    /// <summary>Does not cut a character in two.</summary>
    public static string Short(string text) => text.Length <= LongestText ? text : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)] + "…";
}

/// <param name="Message">The customer's.</param>
/// <param name="Intent">Null where it was not known.</param>
internal sealed record Turn(string Message, string? Intent, string Answer);
