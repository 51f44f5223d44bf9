using System.Globalization;
using System.Text;

namespace ModelOps.Bench.Figures;

/// <summary>One line of a chart.</summary>
/// <param name="Colour">As SVG writes it.</param>
/// <param name="IsDashed">For what the others are compared with.</param>
public sealed record Line(string Name, string Colour, IReadOnlyList<(double X, double Y)> Points, bool IsDashed = false);

/// <summary>Something that happened at <paramref name="X"/>.</summary>
public sealed record Mark(double X, string Text);

/// <summary>Lines over time as an SVG picture, readable without its page: axes, legend, and marks for what happened.</summary>
/// <param name="XLabel">What stands at a place of the horizontal axis.</param>
/// <param name="YLabel">What stands at a place of the vertical axis, which begins at 0.</param>
public sealed record LineChart(string Title, string XName, string YName, IReadOnlyList<Line> Lines, IReadOnlyList<Mark> Marks, Func<double, string> XLabel, Func<double, string> YLabel)
{
    private const int Width = 860, Height = 400, Left = 66, Right = 24, Top = 64, Bottom = 56, Ticks = 5, MostXLabels = 14, LegendStep = 200;

    private static readonly int[] NiceSteps = [1, 2, 5, 10];

    private double FirstX => Lines.Min(line => line.Points.Min(point => point.X));

    private double LastX => Lines.Max(line => line.Points.Max(point => point.X));

    private double Step => NiceStep(Lines.Max(line => line.Points.Max(point => point.Y)) / Ticks);

    private double MostY => Math.Ceiling(Lines.Max(line => line.Points.Max(point => point.Y)) / Step) * Step;

    public void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, Draw());
    }

    private string Draw()
    {
        var svg = new StringBuilder();
        Add(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="12" fill="#333">""");
        Add(svg, $"""<rect width="{Width}" height="{Height}" fill="#fff"/>""");
        Add(svg, $"""<text x="{Left}" y="22" font-size="15" font-weight="bold">{Escaped(Title)}</text>""");
        DrawAxes(svg);
        foreach (var (mark, at) in Marks.Select((mark, at) => (mark, at)))
        {
            Add(svg, $"""<line x1="{X(mark.X):f1}" y1="{Top}" x2="{X(mark.X):f1}" y2="{Height - Bottom}" stroke="#999" stroke-dasharray="2 3"/>""");
            Add(svg, $"""<text x="{X(mark.X) + 4:f1}" y="{Height - Bottom - 8 - (at % 4 * 15)}" font-size="11" fill="#555">{Escaped(mark.Text)}</text>""");
        }
        foreach (var (line, at) in Lines.Select((line, at) => (line, at)))
        {
            var dash = line.IsDashed ? " stroke-dasharray=\"6 4\"" : "";
            var points = string.Join(' ', line.Points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.X):f1},{Y(point.Y):f1}")));
            Add(svg, $"""<polyline points="{points}" fill="none" stroke="{line.Colour}" stroke-width="2"{dash}/>""");
            Add(svg, $"""<line x1="{Left + (at * LegendStep)}" y1="42" x2="{Left + (at * LegendStep) + 26}" y2="42" stroke="{line.Colour}" stroke-width="2"{dash}/>""");
            Add(svg, $"""<text x="{Left + (at * LegendStep) + 32}" y="46">{Escaped(line.Name)}</text>""");
        }
        Add(svg, $"</svg>");
        return svg.ToString();
    }

    private void DrawAxes(StringBuilder svg)
    {
        for (var y = 0; y * Step <= MostY + (Step / 2); y++)
        {
            Add(svg, $"""<line x1="{Left}" y1="{Y(y * Step):f1}" x2="{Width - Right}" y2="{Y(y * Step):f1}" stroke="#e5e5e5"/>""");
            Add(svg, $"""<text x="{Left - 8}" y="{Y(y * Step) + 4:f1}" text-anchor="end">{Escaped(YLabel(y * Step))}</text>""");
        }
        double[] places = [.. Lines.SelectMany(line => line.Points).Select(point => point.X).Distinct().Order()];
        foreach (var (x, _) in places.Select((x, at) => (x, at)).Where(place => place.at % (1 + ((places.Length - 1) / MostXLabels)) == 0))
            Add(svg, $"""<text x="{X(x):f1}" y="{Height - Bottom + 18}" text-anchor="middle">{Escaped(XLabel(x))}</text>""");
        Add(svg, $"""<text x="{(Left + Width - Right) / 2}" y="{Height - 12}" text-anchor="middle">{Escaped(XName)}</text>""");
        Add(svg, $"""<text transform="translate(16 {(Top + Height - Bottom) / 2}) rotate(-90)" text-anchor="middle">{Escaped(YName)}</text>""");
    }

    private double X(double value) => Left + ((value - FirstX) / Math.Max(double.Epsilon, LastX - FirstX) * (Width - Left - Right));

    private double Y(double value) => Height - Bottom - (value / MostY * (Height - Top - Bottom));

    /// <summary>1, 2 or 5 of some power of ten.</summary>
    private static double NiceStep(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return NiceSteps.First(step => step * power >= least) * power;
    }

    private static string Escaped(string text) => System.Security.SecurityElement.Escape(text);

    private static void Add(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
