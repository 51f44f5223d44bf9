using System.Globalization;
using System.Text.RegularExpressions;
using ModelOps.Contracts.Predictions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace ModelOps.Inference.Rules;

/// <summary>A store's rules, checked and ready to be applied.</summary>
/// <param name="Version">0 where the store has none.</param>
internal sealed partial record RuleBook(int Version, IReadOnlyList<Rule> Rules, double Diversity, ExplorationDefinition? Exploration)
{
    public static RuleBook Empty { get; } = new(0, [], 0, null);

    /// <summary>True where a rule looks at prices, so that an answer depends on them.</summary>
    public bool LooksAtPrices { get; } = Rules.Any(rule => rule.LooksAtPrices);

    /// <summary>The rules that count for an answer, in their order.</summary>
    public IReadOnlyList<Rule> For(string kind, DateTimeOffset now) => Rules.Count == 0 ? Rules : [.. Rules.Where(rule => rule.Counts(kind, now))];

    /// <summary>What an answer depends on besides the version: a rule may begin or end between two answers.</summary>
    public string Revision(string kind, DateTimeOffset now) => Rules.Count == 0
        ? Version.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Version}:{string.Concat(Rules.Select(rule => rule.Counts(kind, now) ? '1' : '0'))}");

    /// <exception cref="InvalidDataException">The text is no rule book; the message names the line, the rule and the key.</exception>
    public static RuleBook Parse(string yaml, int version)
    {
        RuleBookDefinition definition;
        try
        {
            definition = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build().Deserialize<RuleBookDefinition>(yaml) ?? new RuleBookDefinition();
        }
        catch (YamlException exception)
        {
            // The library names the type that lacks a key; who writes rules does not know it.
            var reason = UnknownKey().Replace(exception.InnerException?.Message ?? exception.Message, "'$1' is no key here; docs/merchandise.md lists them.");
            throw new InvalidDataException($"Line {exception.Start.Line}, column {exception.Start.Column}: {reason}");
        }
        var wrong = Wrong(definition).ToList();
        if (wrong.Count > 0)
            throw new InvalidDataException(string.Join(" ", wrong));
        return new RuleBook(version, [.. (definition.Rules ?? []).Select(Rule.Of)], definition.Diversity, definition.Exploration);
    }

    [GeneratedRegex("^Property '(.*)' not found on type '.*'\\.$")]
    private static partial Regex UnknownKey();

    private static IEnumerable<string> Wrong(RuleBookDefinition definition)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, rule) in (definition.Rules ?? []).Index())
        {
            if (string.IsNullOrWhiteSpace(rule?.Name))
                yield return $"Rule {index + 1} has no name; answers explain themselves with it.";
            else if (!names.Add(rule.Name))
                yield return $"Two rules have the name '{rule.Name}'.";
            if (rule is null)
                continue;
            foreach (var reason in Rule.Wrong(rule))
                yield return $"Rule '{rule.Name ?? $"{index + 1}"}': {reason}";
        }
        if (!(definition.Diversity is >= 0 and <= 1))
            yield return $"diversity is {definition.Diversity}; it goes from 0 to 1.";
        if (definition.Exploration is { } exploration && !(exploration.Share is >= 0 and <= 0.5))
            yield return $"exploration.share is {exploration.Share}; it goes from 0 to 0.5.";
        if (definition.Exploration is { Pool: < 1 or > 500 })
            yield return $"exploration.pool is {definition.Exploration.Pool}; it goes from 1 to 500.";
    }
}
