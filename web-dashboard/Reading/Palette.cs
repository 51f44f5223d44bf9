namespace ModelOps.Dashboard.Reading;

/// <summary>The colours of a chart's lines; app.css has them for light and for dark.</summary>
internal static class Palette
{
    private const int Colours = 6;

    public static string Of(int index) => $"var(--line-{index % Colours + 1})";
}
