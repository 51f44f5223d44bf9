namespace ModelOps.Monitor.Alerts.Rules;

/// <summary>Rules, routes and channels, by name.</summary>
internal sealed record AlertBook(IReadOnlyDictionary<string, Channel> Channels, IReadOnlyDictionary<string, AlertRoute> Routes, IReadOnlyDictionary<string, AlertRule> Rules)
{
    public static AlertBook Empty { get; } = new(new Dictionary<string, Channel>(), new Dictionary<string, AlertRoute>(), new Dictionary<string, AlertRule>());

    public IEnumerable<AlertRule> InEffect => Rules.Values.Where(rule => rule.Enabled);

    /// <summary>This book with another on top: what has the same name is replaced.</summary>
    public AlertBook With(AlertBook other) => new(Over(Channels, other.Channels), Over(Routes, other.Routes), Over(Rules, other.Rules));

    /// <summary>Names that lead nowhere, in words that name the place.</summary>
    public IEnumerable<string> Dangling()
    {
        foreach (var rule in Rules.Values.Where(rule => !Routes.ContainsKey(rule.Route)))
            yield return $"{rule.Place}: the rule '{rule.Name}' goes to the route '{rule.Route}', which does not exist; {Known("routes", Routes.Keys)}.";
        foreach (var route in Routes.Values)
        {
            foreach (var channel in route.Channels.Where(channel => !Channels.ContainsKey(channel)))
                yield return $"{route.Place}: the route '{route.Name}' has the channel '{channel}', which does not exist; {Known("channels", Channels.Keys)}.";
        }
    }

    private static string Known(string what, IEnumerable<string> names) => names.Any() ? $"there are {string.Join(", ", names)}" : $"there are no {what}";

    private static Dictionary<string, T> Over<T>(IReadOnlyDictionary<string, T> below, IReadOnlyDictionary<string, T> above)
    {
        var all = new Dictionary<string, T>(below);
        foreach (var (name, value) in above)
            all[name] = value;
        return all;
    }
}
