namespace ModelOps.AppHost.LocalEngine.Commands;

/// <summary>What the AppHost is asked to do instead of running: <c>backup FILE --data DIR</c> has the words <c>backup</c> and <c>FILE</c> and a setting.</summary>
internal sealed record CommandLine(string[] Words, IReadOnlySet<string> Flags, string[] Settings)
{
    public const string Reset = "--reset";
    public const string Overwrite = "--overwrite";

    /// <summary>Switches without a value, which configuration would take the next word for.</summary>
    private static readonly string[] Known = [Reset, Overwrite];

    public static CommandLine Parse(string[] args)
    {
        string[] words = [.. args.TakeWhile(arg => !arg.StartsWith('-') && !arg.Contains('=', StringComparison.Ordinal))];
        var rest = args[words.Length..];
        return new CommandLine(words, rest.Intersect(Known).ToHashSet(), [.. rest.Where(arg => !Known.Contains(arg))]);
    }
}
