using ModelOps.DataPrep.Privacy;

namespace ModelOps.DataPrep.Checks;

/// <summary>An e-mail address as a user's id, a phone number in a title: replaced by a hash that only the store's key gives. It cannot be left out.</summary>
internal sealed record PersonalDetail() : RepairCheck("personal-data", "Rows with e-mail addresses, phone, card or resident numbers, hashed with the store's key", Severity.Warning)
{
    public override IReadOnlyList<RowAction> Choices => [RowAction.Repair];

    public override string Condition => $"({HiddenText.Holds("user_id")} OR {HiddenText.Holds("session_id")} OR {HiddenText.Holds("title")})";

    public override IReadOnlyDictionary<string, string> Repairs { get; } = new Dictionary<string, string>
    {
        ["user_id"] = HiddenText.Hidden("user_id"),
        ["session_id"] = HiddenText.Hidden("session_id"),
        ["title"] = HiddenText.Hidden(Mojibake.Mended("title")),
    };
}
