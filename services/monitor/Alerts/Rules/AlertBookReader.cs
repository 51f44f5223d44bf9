using System.Text.RegularExpressions;
using ModelOps.Monitor.Alerts.Metrics;
using ModelOps.Monitor.Alerts.Notifiers;
using YamlDotNet.RepresentationModel;

namespace ModelOps.Monitor.Alerts.Rules;

/// <summary>From YAML to a book. Everything that is wrong is said at once, each with its file, line and column.</summary>
internal sealed partial class AlertBookReader
{
    public const string DefaultRoute = "default";

    private static readonly string[] RuleKeys = ["name", "metric", "where", "window", "above", "below", "anomaly", "at_least", "for", "keep_firing_for", "severity", "route", "labels", "summary", "runbook", "enabled"];
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly YamlPage page;
    private readonly string? store;

    private AlertBookReader(YamlPage page, string? store) => (this.page, this.store) = (page, store);

    /// <summary>The files of a folder, as one book.</summary>
    /// <exception cref="InvalidDataException">A file is wrong; the message names each place.</exception>
    public static AlertBook Load(string folder)
    {
        var book = AlertBook.Empty;
        foreach (var file in Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal))
            book = book.With(Parse(File.ReadAllText(file), Path.GetFileName(file)));
        return Checked(book);
    }

    /// <summary>A store's own rules, on top of those of the deployment.</summary>
    /// <exception cref="InvalidDataException">The text is wrong; the message names each place.</exception>
    public static AlertBook Load(string yaml, string store, AlertBook below) => Checked(below.With(Parse(yaml, "", store)));

    private static AlertBook Checked(AlertBook book) => book.Dangling().ToList() is { Count: > 0 } wrong ? throw new InvalidDataException(string.Join('\n', wrong)) : book;

    private static AlertBook Parse(string yaml, string file, string? store = null)
    {
        var page = new YamlPage(file);
        var book = page.Load(yaml) is { } top ? new AlertBookReader(page, store).Read(top) : AlertBook.Empty;
        return page.Wrong.Count == 0 ? book : throw new InvalidDataException(string.Join('\n', page.Wrong));
    }

    private AlertBook Read(YamlMappingNode top)
    {
        page.AsMap(top, "the file", ["channels", "routes", "rules"]);
        return new AlertBook(Named(top, "channels", ReadChannel, channel => channel.Name), Named(top, "routes", ReadRoute, route => route.Name), Named(top, "rules", ReadRule, rule => rule.Name));
    }

    private Dictionary<string, T> Named<T>(YamlMappingNode top, string key, Func<YamlMappingNode, T?> read, Func<T, string> name) where T : class
    {
        var all = new Dictionary<string, T>();
        foreach (var node in page.List(top, key))
        {
            if (page.AsMap(node, $"an entry of {key}") is { } map && read(map) is { } entry && !all.TryAdd(name(entry), entry))
                page.Refuse(node, $"{key} has the name '{name(entry)}' twice.");
        }
        return all;
    }

    private Channel? ReadChannel(YamlMappingNode map)
    {
        var name = page.Name(map, "channel");
        if (page.OneOf(map, "kind", [.. NotifierList.Kinds.Keys]) is not { } kind)
        {
            if (YamlPage.Find(map, "kind") is null)
                page.Refuse(map, $"a channel needs a kind: {string.Join(", ", NotifierList.Kinds.Keys)}.");
            return null;
        }
        var keys = NotifierList.Kinds[kind];
        page.AsMap(map, $"a channel of the kind {kind}", ["name", "kind", .. keys.All]);
        var to = keys.All.Contains(ChannelKeys.To) ? page.Texts(map, ChannelKeys.To) : [];
        var settings = keys.All.Where(key => key != ChannelKeys.To).Select(key => (key, value: page.Text(map, key))).Where(pair => pair.value is not null).ToDictionary(pair => pair.key, pair => pair.value!);
        foreach (var missing in keys.Required.Where(key => YamlPage.Find(map, key) is null))
            page.Refuse(map, $"a channel of the kind {kind} needs {missing}.");
        if (keys.Required.Contains(ChannelKeys.To) && to.Count == 0 && YamlPage.Find(map, ChannelKeys.To) is { } nobody)
            page.Refuse(nobody, "to names nobody.");
        if (keys.All.Contains(ChannelKeys.UrlSecret) && settings.ContainsKey(ChannelKeys.Url) == settings.ContainsKey(ChannelKeys.UrlSecret))
            page.Refuse(map, $"give one of url and url_secret (the name of a secret that holds the URL, for a URL that is a secret itself).");
        if (settings.TryGetValue(ChannelKeys.Url, out var url) && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            page.Refuse(YamlPage.Find(map, ChannelKeys.Url)!, $"url is '{url}'; it begins with https://.");
        if (kind == SmsNotifier.Name && to.Count > 1)
            page.Refuse(YamlPage.Find(map, ChannelKeys.To)!, "to has several numbers; an sms channel has one, so that a message which reached one phone is not sent to it again when another's fails. Write a channel for each.");
        return name is null ? null : new Channel(name, kind, settings, to, store, page.At(map));
    }

    private AlertRoute? ReadRoute(YamlMappingNode map)
    {
        page.AsMap(map, "a route", ["name", "channels", "group_wait", "repeat"]);
        var route = (Name: page.Name(map, "route"), Channels: page.Texts(map, "channels"), Wait: page.Duration(map, "group_wait", TimeSpan.Zero, TimeSpan.FromHours(1)), Repeat: page.Duration(map, "repeat", TimeSpan.FromMinutes(1), 30 * Day));
        return route.Name is null ? null : new AlertRoute(route.Name, route.Channels, route.Wait ?? TimeSpan.FromSeconds(10), route.Repeat ?? TimeSpan.FromHours(4), page.At(map));
    }

    private AlertRule? ReadRule(YamlMappingNode map)
    {
        page.AsMap(map, "a rule", RuleKeys);
        var name = page.Name(map, "rule");
        var metric = page.OneOf(map, "metric", [.. MetricList.Definitions.Keys]);
        if (YamlPage.Find(map, "metric") is null)
            page.Refuse(map, $"a rule needs a metric: {string.Join(", ", MetricList.Definitions.Keys)}.");
        var definition = metric is null ? null : MetricList.Definitions[metric];
        var condition = ReadCondition(map);
        var window = page.Duration(map, "window", TimeSpan.FromMinutes(1), Day);
        if (YamlPage.Find(map, "window") is null)
            page.Refuse(map, "a rule needs a window, such as 5m.");
        var atLeast = page.Number(map, "at_least", 0, 1e12);
        if (atLeast is not null && definition?.Observed is null && definition is not null)
            page.Refuse(YamlPage.Find(map, "at_least")!, $"at_least does not fit {metric}, which is a count itself.");
        var where = Labels(map, "where", key => definition?.Labels.Contains(key) == false ? $"'{key}' is no label of {metric}; it has {string.Join(", ", definition.Labels)}." : null);
        var labels = Labels(map, "labels", key =>
            !LabelPattern().IsMatch(key) ? $"the label '{key}' cannot be used: letters, digits and _, no digit first."
            : key is AlertRule.NameLabel or AlertRule.SeverityLabel or AlertRule.StoreLabel or "metric" or "alertname" || definition?.Labels.Contains(key) == true ? $"the label '{key}' is set by ModelOps; choose another name." : null);
        var runbook = page.Text(map, "runbook");
        if (runbook is not null && !(Uri.TryCreate(runbook, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            page.Refuse(YamlPage.Find(map, "runbook")!, $"runbook is '{runbook}'; it is a link that begins with https://.");
        var rule = new AlertRule(
            name ?? "", metric ?? "", window ?? TimeSpan.FromMinutes(5), condition ?? new Threshold(null, null), (long)(atLeast ?? (definition?.Observed is null ? 0 : 100)),
            page.Duration(map, "for", TimeSpan.Zero, Day) ?? TimeSpan.Zero,
            page.Duration(map, "keep_firing_for", TimeSpan.Zero, Day) ?? TimeSpan.FromMinutes(5),
            page.OneOf(map, "severity", [.. AlertRule.Severities]) ?? "warning",
            page.Text(map, "route") ?? DefaultRoute, where, labels, page.Text(map, "summary"), runbook, page.Flag(map, "enabled") ?? true, page.At(map));
        return name is null || metric is null || condition is null ? null : rule;
    }

    private Condition? ReadCondition(YamlMappingNode map)
    {
        var (above, below, anomaly) = (page.Number(map, "above"), page.Number(map, "below"), YamlPage.Find(map, "anomaly"));
        if (anomaly is not null == (above is not null || below is not null))
        {
            if (anomaly is not null || (YamlPage.Find(map, "above") is null && YamlPage.Find(map, "below") is null))
                page.Refuse(map, "a rule has above or below (or both), or else anomaly.");
            return null;
        }
        if (anomaly is null)
            return new Threshold(above, below);
        if (page.AsMap(anomaly, "anomaly", ["deviations", "days", "direction"]) is not { } keys)
            return null;
        return new Anomaly(
            page.Number(keys, "deviations", 1, 100) ?? 4,
            (int)(page.Number(keys, "days", Anomaly.FewestDays, 28) ?? 7),
            page.OneOf(keys, "direction", [Anomaly.Above, Anomaly.Below, Anomaly.Both]) ?? Anomaly.Both);
    }

    private Dictionary<string, string> Labels(YamlMappingNode map, string key, Func<string, string?> wrong)
    {
        var labels = new Dictionary<string, string>();
        if (YamlPage.Find(map, key) is not { } node || page.AsMap(node, key) is not { } pairs)
            return labels;
        foreach (var label in pairs.Children.Keys.OfType<YamlScalarNode>())
        {
            if (wrong(label.Value ?? "") is { } reason)
                page.Refuse(label, reason);
            else if (page.Text(pairs, label.Value!) is { } value)
                labels[label.Value!] = value;
        }
        return labels;
    }

    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_]{0,59}$")]
    private static partial Regex LabelPattern();
}
