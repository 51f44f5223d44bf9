namespace ModelOps.Trainer.Messages;

/// <summary>Messages with their intents.</summary>
/// <param name="Labels">Places in <paramref name="Intents"/>; −1 where a message is known to be about none of them.</param>
public sealed record MessageSet(IReadOnlyList<string> Texts, IReadOnlyList<int> Labels, IReadOnlyList<string> Intents)
{
    public const int OutOfScope = -1;

    /// <summary>Names of the intent of messages that are about something else; a message without one is such a message too.</summary>
    public static IReadOnlyList<string> OutOfScopeNames { get; } = ["oos", "out_of_scope", "out-of-scope", "out of scope"];

    public int Count => Texts.Count;

    public static MessageSet Of(IEnumerable<(string Text, string? Intent)> messages)
    {
        var rows = messages.ToList();
        List<string> intents = [.. rows.Where(row => !IsOut(row.Intent)).Select(row => row.Intent!.Trim()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var places = intents.Index().ToDictionary(intent => intent.Item, intent => intent.Index, StringComparer.Ordinal);
        return new MessageSet([.. rows.Select(row => row.Text)], [.. rows.Select(row => IsOut(row.Intent) ? OutOfScope : places[row.Intent!.Trim()])], intents);
    }

    public MessageSet Pick(IEnumerable<int> rows)
    {
        var picked = rows.ToList();
        return this with { Texts = [.. picked.Select(row => Texts[row])], Labels = [.. picked.Select(row => Labels[row])] };
    }

    public MessageSet Where(Func<int, bool> label) => Pick(Enumerable.Range(0, Count).Where(row => label(Labels[row])));

    public MessageSet Within() => Where(label => label != OutOfScope);

    /// <summary>The messages of some intents, counted anew from 0.</summary>
    public MessageSet Only(IReadOnlyList<int> intents)
    {
        var places = intents.Index().ToDictionary(intent => intent.Item, intent => intent.Index);
        var picked = Where(places.ContainsKey);
        return new MessageSet(picked.Texts, [.. picked.Labels.Select(label => places[label])], [.. intents.Select(intent => Intents[intent])]);
    }

    /// <summary>Parts of the given shares, each intent shared out alike; the last part is what remains.</summary>
    public IReadOnlyList<MessageSet> Split(int seed, params ReadOnlySpan<double> shares)
    {
        var parts = Enumerable.Range(0, shares.Length + 1).Select(_ => new List<int>()).ToList();
        var random = new Random(seed);
        foreach (var intent in Enumerable.Range(0, Count).GroupBy(row => Labels[row]).OrderBy(group => group.Key))
        {
            var rows = intent.ToArray();
            random.Shuffle(rows);
            // Where an intent has few messages, chance decides which part has one more.
            var (from, sum, offset) = (0, 0d, random.NextDouble());
            for (var part = 0; part <= shares.Length; part++)
            {
                sum += part < shares.Length ? shares[part] : 1;
                var to = part < shares.Length ? Math.Clamp((int)((sum * rows.Length) + offset), from, rows.Length) : rows.Length;
                parts[part].AddRange(rows[from..to]);
                from = to;
            }
        }
        return [.. parts.Select(rows => Pick(rows.Order()))];
    }

    private static bool IsOut(string? intent) => string.IsNullOrWhiteSpace(intent) || OutOfScopeNames.Contains(intent.Trim(), StringComparer.OrdinalIgnoreCase);
}
