namespace ModelOps.Pipeline.Audiences.Allocation;

/// <summary>A campaign through a channel: what a contact can be.</summary>
/// <param name="Cost">Of one contact, in the shop's currency.</param>
public sealed record Offer(string Campaign, string Channel, double Cost);

/// <summary>Something of which there is only so much: a budget, a channel's capacity, a campaign's contacts.</summary>
/// <param name="Uses">What one contact of each offer takes of it; not negative.</param>
public sealed record ResourceLimit(string Name, double AtMost, IReadOnlyList<double> Uses)
{
    public static ResourceLimit Budget(double atMost, IReadOnlyList<Offer> offers) => new("budget", atMost, [.. offers.Select(offer => offer.Cost)]);

    public static ResourceLimit Channel(string channel, double contacts, IReadOnlyList<Offer> offers) =>
        new($"channel {channel}", contacts, [.. offers.Select(offer => offer.Channel == channel ? 1.0 : 0)]);

    public static ResourceLimit Campaign(string campaign, double contacts, IReadOnlyList<Offer> offers) =>
        new($"campaign {campaign}", contacts, [.. offers.Select(offer => offer.Campaign == campaign ? 1.0 : 0)]);
}

/// <summary>Who is to be contacted with what, so that the sum of values is greatest and every limit holds.</summary>
/// <param name="Values">(users, offers): what a contact is expected to bring, before its cost if costs are a limit. Only what is above 0 is ever chosen.</param>
public sealed record AllocationProblem(int Users, IReadOnlyList<Offer> Offers, float[] Values, IReadOnlyList<ResourceLimit> Limits)
{
    /// <summary>Contacts that a user may still get; a campaign reaches a user once at most, whatever the channel.</summary>
    public int ContactsPerUser { get; init; } = 1;

    /// <summary>By user, where some had contacts already; null: <see cref="ContactsPerUser"/> for all.</summary>
    public IReadOnlyList<int>? ContactsLeft { get; init; }

    public int ContactsOf(int user) => ContactsLeft is null ? ContactsPerUser : Math.Min(ContactsPerUser, ContactsLeft[user]);

    /// <exception cref="ArgumentException">Sizes do not fit, or a number is negative or none.</exception>
    public void Check()
    {
        if (Values.LongLength != (long)Users * Offers.Count)
            throw new ArgumentException($"{Users} users and {Offers.Count} offers ask for {(long)Users * Offers.Count} values, not {Values.LongLength}.");
        if (ContactsLeft is not null && ContactsLeft.Count != Users)
            throw new ArgumentException($"'{nameof(ContactsLeft)}' has {ContactsLeft.Count} entries for {Users} users.");
        foreach (var limit in Limits)
        {
            if (limit.Uses.Count != Offers.Count || !limit.Uses.All(use => double.IsFinite(use) && use >= 0) || !double.IsFinite(limit.AtMost) || limit.AtMost < 0)
                throw new ArgumentException($"The limit '{limit.Name}' needs an amount and a use for each of {Offers.Count} offers, none negative.");
        }
    }
}

/// <param name="Chosen">Who is contacted with what.</param>
/// <param name="Value">The sum of their values.</param>
/// <param name="Bound">No choice, not even one of fractions of contacts, is worth more.</param>
/// <param name="Prices">By limit: what one more unit of it would bring.</param>
/// <param name="Used">By limit.</param>
public sealed record Allocated(IReadOnlyList<(int User, int Offer)> Chosen, double Value, double Bound, IReadOnlyList<double> Prices, IReadOnlyList<double> Used)
{
    /// <summary>The share of the bound that may have been missed.</summary>
    public double Gap => Bound <= 0 ? 0 : Math.Max(0, 1 - Value / Bound);
}
