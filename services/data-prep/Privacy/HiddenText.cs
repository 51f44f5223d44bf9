using DuckDB.NET.Data;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Sources;
using ModelOps.Privacy;

namespace ModelOps.DataPrep.Privacy;

/// <summary><see cref="PersonalData"/> for DuckDB's SQL.</summary>
internal static class HiddenText
{
    /// <summary>One look that nearly every id and title fails, before the detectors are called.</summary>
    private const string Suspect = "@|[+][0-9]{7}|[0-9]{11}|[0-9][ .)-] ?[0-9]{2}";

    public static void Register(DuckDBConnection duck, PersonalData personal)
    {
        Register(duck, "hide", personal.Protect);
        Register(duck, "hide_free", personal.ProtectFreeText);
        Register(duck, "hide_phone", personal.ProtectPhone);
        Register(duck, "pseudonym", user => personal.Pseudonym("user", user));
    }

    /// <summary>An id or title without personal details.</summary>
    public static string Hidden(string text) => $"CASE WHEN {MayHold(text)} THEN hide({text}) ELSE {text} END";

    /// <summary>Free text without personal details, postal addresses among them.</summary>
    public static string HiddenFree(string text) => $"hide_free({text})";

    /// <summary>Bare digits are a phone number where the column says so.</summary>
    public static bool IsPhone(string column) => ColumnMapping.Plain(column) is "phone" or "phonenumber" or "mobile" or "mobilephone" or "mobilenumber" or "cell" or "cellphone" or "tel" or "telephone" or "telefon" or "handy" or "whatsapp" or "手机" or "手机号" or "电话";

    public static string HiddenPhone(string text) => $"hide_phone({text})";

    public static string Holds(string column) => $"({MayHold(column)} AND hide({column}) <> {column})";

    /// <summary>Takes out the rows of users who were erased, before anything looks at them.</summary>
    public static void RemoveErased(DuckDBConnection duck, IReadOnlyList<ErasedUser> users)
    {
        if (users.Count == 0)
            return;
        duck.Execute("CREATE TABLE erased (pseudonym VARCHAR, until TIMESTAMP)");
        using (var appender = duck.CreateAppender("erased"))
        {
            foreach (var user in users)
                appender.CreateRow().AppendValue(user.Pseudonym).AppendValue(user.Until.UtcDateTime).EndRow();
        }
        foreach (var schema in TableSchema.All.Where(schema => schema.Fields.Any(field => field.Name == TableSchema.User)))
        {
            var table = StagedSource.Table(schema.Kind);
            duck.Execute($"CREATE OR REPLACE TABLE erased_here AS SELECT user_id, until FROM (SELECT DISTINCT user_id FROM {table} WHERE user_id IS NOT NULL) JOIN erased ON pseudonym(hide(user_id)) = pseudonym");
            duck.Execute($"DELETE FROM {table} USING erased_here WHERE {table}.user_id = erased_here.user_id{(schema.Kind == SourceKind.Events ? " AND (time IS NULL OR time <= until)" : "")}");
        }
    }

    private static string MayHold(string text) => $"(length({text}) > 6 AND regexp_matches({text}, '{Suspect}'))";

    private static void Register(DuckDBConnection duck, string name, Func<string, string> change) => duck.RegisterScalarFunction<string, string>(name, (readers, writer, rows) =>
    {
        for (ulong row = 0; row < rows; row++)
        {
            if (readers[0].IsValid(row))
                writer.WriteValue(change(readers[0].GetValue<string>(row)), row);
            else
                writer.WriteNull(row);
        }
    });
}
