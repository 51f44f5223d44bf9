using System.Text.RegularExpressions;
using ModelOps.Privacy;

namespace ModelOps.DataPrep.Privacy;

/// <summary>Who is to be forgotten, and by what the data know the person.</summary>
internal sealed class Person
{
    private readonly Regex named;

    /// <param name="user">As the shop writes it.</param>
    /// <param name="visits">The person's visits before signing in, which a version may hold as users of their own.</param>
    /// <param name="store">Hashes with the store's key.</param>
    public Person(string user, IEnumerable<string> visits, PersonalData store)
    {
        (User, Store, Hidden) = (user, store, store.Protect(user));
        Names = [Hidden, .. visits.Select(store.Protect)];
        named = new Regex($@"(?<![\p{{L}}\p{{N}}])(?:{string.Join('|', Names.Prepend(user).Distinct().Select(Regex.Escape))})(?![\p{{L}}\p{{N}}])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    }

    public string User { get; }

    public PersonalData Store { get; }

    /// <summary>As versions hold the id.</summary>
    public string Hidden { get; }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether it is the same person in another spelling: <c>Ann@Example.com</c> and <c>ann@example.com</c>.</summary>
    public bool Is(string spelling) => Store.Protect(spelling) == Hidden;

    /// <summary>Whether a text has one of the names as a word of its own.</summary>
    public bool IsNamedBy(string text) => named.IsMatch(text);
}
