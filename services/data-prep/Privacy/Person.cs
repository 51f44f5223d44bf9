using System.Text.RegularExpressions;
using ModelOps.Privacy;

namespace ModelOps.DataPrep.Privacy;

/// <summary>Who is to be forgotten, and by what the data know the person.</summary>
/// <param name="User">As the shop writes it.</param>
/// <param name="Visits">The person's visits before signing in, which a version may hold as users of their own.</param>
/// <param name="Store">Hashes with the store's key.</param>
internal sealed record Person(string User, IReadOnlyList<string> Visits, PersonalData Store)
{
    /// <summary>As versions hold the id.</summary>
    public string Hidden { get; } = Store.Protect(User);

    public IReadOnlyList<string> Names => [Hidden, .. Visits.Select(Store.Protect)];

    /// <summary>Whether it is the same person in another spelling: <c>Ann@Example.com</c> and <c>ann@example.com</c>.</summary>
    public bool Is(string spelling) => Store.Protect(spelling) == Hidden;

    /// <summary>Whether a text has one of the names as a word of its own.</summary>
    public bool IsNamedBy(string text) => Names.Prepend(User).Any(name => Regex.IsMatch(text, $@"(?<![\p{{L}}\p{{N}}]){Regex.Escape(name)}(?![\p{{L}}\p{{N}}])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant));
}
