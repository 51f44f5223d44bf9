using ModelOps.Contracts.Datasets;

namespace ModelOps.DataPrep.Checks;

/// <summary>Every check, with the actions and limits that a dataset's rules choose. The order is that of the report.</summary>
internal sealed class CheckList
{
    /// <param name="now">Tells what lies in the future.</param>
    /// <exception cref="RulesException">A rule names a check, an action or a zone that there is not.</exception>
    public CheckList(DatasetRules rules, DateTimeOffset now)
    {
        if (rules.TimeZone is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            throw new RulesException($"The time zone '{zone}' is not known. Give an IANA name, such as Europe/London.");
        Check[] all =
        [
            new NumericIds(), new MissingUser(), new MissingItem(),
            new UnreadableTime(), new FutureTime(now), new AncientTime(), new TimeZone(rules.TimeZone), new TimeOrder(),
            new UnknownEvent(), new UnreadableQuantity(), new UnreadablePrice(), new ZeroPrice(), new OutlierPrice(),
            new Cancellation(), new ReturnedPurchase(), new UnmatchedCancellation(),
            new ServiceCode(), new UnknownProduct(), new MissingFromCatalogue(),
            new ExactDuplicate(), new NearDuplicate(), new BotSession(),
            new Mojibake(), new LostCharacter(), new PersonalDetail(), new SeveralIds(), new SeveralTitles(), new CategoryConflict(),
            new GarbledText(), new EmptyMessage(), new RareIntent(), new ConflictingIntent(), new RepeatedMessage(), new ConflictingAnswer(), new RepeatedQuestion(),
            new RepeatedUser(), new ImpossibleAge(), new EmptyQuery(), new GradeOutOfRange(), new ConflictingGrade(), new JudgedUnknown(),
        ];
        if ((rules.Checks ?? new Dictionary<string, CheckRule>()).Keys.Except(all.Select(check => check.Name)).FirstOrDefault() is { } unknown)
            throw new RulesException($"There is no check '{unknown}'. The checks are: {string.Join(", ", all.Select(check => check.Name))}.");
        All = [.. all.Select(check => rules.Checks?.GetValueOrDefault(check.Name) is { } rule ? Apply(check, rule) : check)];
        Repairs = [.. All.OfType<RepairCheck>().Where(check => check.Action == RowAction.Repair).Select((check, index) => (check, 1L << index))];
        Rows = [.. All.OfType<RowCheck>().Select((check, index) => (check, 1L << index))];
    }

    public IReadOnlyList<Check> All { get; }

    /// <summary>The repairs that are on, with their bit in <c>staged.repairs</c>.</summary>
    public IReadOnlyList<(RepairCheck Check, long Bit)> Repairs { get; }

    /// <summary>The checks of single rows, with their bit in <c>findings.found</c>.</summary>
    public IReadOnlyList<(RowCheck Check, long Bit)> Rows { get; }

    /// <summary>The bits of the checks whose findings meet <paramref name="action"/>.</summary>
    public long Mask(RowAction action) => Rows.Where(row => row.Check.Action == action).Sum(row => row.Bit);

    private static Check Apply(Check check, CheckRule rule)
    {
        var action = check.Action;
        if (rule.Action is { } named && (!Enum.TryParse(named, ignoreCase: true, out action) || !check.Choices.Contains(action)))
            throw new RulesException($"The check '{check.Name}' cannot '{named}'. It can: {string.Join(", ", check.Choices).ToLowerInvariant()}.");
        if (rule.Limit is { } limit && (check.Limit is null || !double.IsFinite(limit) || limit <= 0))
            throw new RulesException(check.Limit is null ? $"The check '{check.Name}' has no limit to set." : $"The limit of '{check.Name}' has to be above zero.");
        return check with { Action = action, Limit = rule.Limit ?? check.Limit };
    }
}

/// <summary>Rules that cannot be followed; the message says why.</summary>
internal sealed class RulesException(string message) : Exception(message);
