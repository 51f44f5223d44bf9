namespace ModelOps.AppHost.LocalEngine.Running;

/// <summary>What the developer sees. Lines of a resource carry its name, in its colour on a terminal.</summary>
internal sealed class EngineConsole(TextWriter output, bool colours)
{
    private static readonly int[] Palette = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94];
    private const int NameWidth = 12;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _colours = [];

    public static EngineConsole Standard() => new(Console.Out, !Console.IsOutputRedirected);

    public void Info(string text) => Write(text);

    public void Warn(string text) => Write(colours ? $"\e[33mwarn: {text}\e[0m" : $"warn: {text}");

    public void Error(string text) => Write(colours ? $"\e[31mfail: {text}\e[0m" : $"fail: {text}");

    public void Resource(string name, string text) => Write($"{Prefix(name)} {text}");

    private string Prefix(string name)
    {
        var padded = name.PadRight(NameWidth);
        if (!colours)
            return $"{padded} |";
        lock (_lock)
        {
            if (!_colours.TryGetValue(name, out var colour))
                _colours[name] = colour = Palette[_colours.Count % Palette.Length];
            return $"\e[{colour}m{padded} |\e[0m";
        }
    }

    private void Write(string text)
    {
        lock (_lock)
            output.WriteLine(text);
    }
}
