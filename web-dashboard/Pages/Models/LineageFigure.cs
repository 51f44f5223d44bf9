using Microsoft.Extensions.Localization;
using ModelOps.Contracts.Versions;
using ModelOps.Dashboard.Reading;
using ModelOps.Dashboard.Resources;

namespace ModelOps.Dashboard.Pages.Models;

/// <summary>A box of the picture.</summary>
/// <param name="Link">The page of what it stands for; null where there is none.</param>
/// <param name="Tone"><c>now</c> for what shoppers may see at present.</param>
internal sealed record LineageBox(string Kind, string Name, string? Link, int Column, double Row, string Tone = "");

/// <summary>Lays a version's lineage out from left to right: sources, dataset, training, the version, where it is deployed and what began with it.</summary>
internal sealed class LineageFigure
{
    public const int BoxWidth = 176, BoxHeight = 44, ColumnWidth = 228, RowHeight = 58, Margin = 8;

    /// <summary>Boxes of one column; what is more is counted in the last one.</summary>
    private const int Most = 5;

    private readonly List<LineageBox> boxes = [];
    private readonly List<(int From, int To)> edges = [];

    public LineageFigure(VersionLineage lineage, IStringLocalizer<Texts> t)
    {
        var version = Add(t["Version"], $"{lineage.Model} v{lineage.Version}", null, 3);
        AddMaking(lineage, version, t);
        var periods = lineage.Aliases.GroupBy(period => (period.Alias, IsNow: period.Until is null)).Select(group => group.Key).OrderByDescending(key => key.IsNow).ToList();
        Fan(periods, version, 4, t, key => Add(key.IsNow ? t["Deployed now as"] : t["Was deployed as"], key.Alias, $"models/{lineage.Model}", 4, key.IsNow ? "now" : ""));
        Fan(lineage.Rollouts, version, 4, t, rollout => Add(
            t["Rollouts"], $"{t[rollout.Kind.ToString()]} · {t[rollout.State.ToString()]}", $"models/{lineage.Model}", 4, rollout.EndedAt is null ? "now" : ""));
        Fan(lineage.Children, version, 4, t, child => Add(t["Began with it"], $"{lineage.Model} v{child}", PageOf(lineage.Model, child), 4));
        Centre();
    }

    public IReadOnlyList<LineageBox> Boxes => boxes;

    public IEnumerable<(LineageBox From, LineageBox To)> Edges => edges.Select(edge => (boxes[edge.From], boxes[edge.To]));

    public static int Width => 5 * ColumnWidth - (ColumnWidth - BoxWidth) + 2 * Margin;

    public double Height => boxes.Max(box => box.Row) * RowHeight + BoxHeight + 2 * Margin;

    public static double X(LineageBox box) => Margin + box.Column * ColumnWidth;

    public static double Y(LineageBox box) => Margin + box.Row * RowHeight;

    public static string PageOf(string model, int version) => $"models/{model}/versions/{version}";

    private void AddMaking(VersionLineage lineage, int version, IStringLocalizer<Texts> t)
    {
        var origin = lineage.Origin;
        var made = version;
        if (lineage.RunId is { } run && origin.Imported is null)
        {
            made = Add(origin.Trials is { } trials ? t["Training, the best of {0} trials", trials.Tried] : t["Training"], Written.Short(run), $"runs/training/{run}", 2);
            edges.Add((made, version));
        }
        if (origin.Imported is { } import)
            edges.Add((Add(import.IsTrusted ? t["Imported, signature trusted"] : t["Imported, signer unknown"], $"{import.Model} v{import.Version}", null, 2), version));
        if (origin.Parent is { } parent)
            edges.Add((Add(t["Began with"], $"{lineage.Model} v{parent}", PageOf(lineage.Model, parent), 1), made));
        if (origin.Base is { } other)
            edges.Add((Add(t["Began with"], $"{other.Model} v{other.Version}", PageOf(other.Model, other.Version), 1), made));
        if (origin.Dataset is not { } dataset)
            return;
        var data = Add(t["Dataset"], $"{dataset.Name} v{dataset.Version}", origin.Imported is null ? $"datasets/{dataset.Name}?version={dataset.Version}" : null, 1);
        edges.Add((data, made));
        Fan(dataset.Sources ?? [], data, 0, t, source => Add(source.Kind, source.File, null, 0));
    }

    /// <summary>Boxes of one kind, each joined to one other; how many more there are becomes a box of its own.</summary>
    private void Fan<T>(IReadOnlyList<T> all, int centre, int column, IStringLocalizer<Texts> t, Func<T, int> add)
    {
        foreach (var one in all.Count > Most ? all.Take(Most - 1) : all)
            Join(add(one));
        if (all.Count > Most)
            Join(Add("", t["and {0} more", all.Count - Most + 1], null, column));

        void Join(int box) => edges.Add(boxes[box].Column < boxes[centre].Column ? (box, centre) : (centre, box));
    }

    private int Add(string kind, string name, string? link, int column, string tone = "")
    {
        boxes.Add(new LineageBox(kind, name, link, column, boxes.Count(box => box.Column == column), tone));
        return boxes.Count - 1;
    }

    /// <summary>Each column stands around the middle of the longest.</summary>
    private void Centre()
    {
        var longest = boxes.GroupBy(box => box.Column).Max(column => column.Count());
        var counts = boxes.GroupBy(box => box.Column).ToDictionary(column => column.Key, column => column.Count());
        for (var index = 0; index < boxes.Count; index++)
            boxes[index] = boxes[index] with { Row = boxes[index].Row + (longest - counts[boxes[index].Column]) / 2.0 };
    }
}
