using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Trainer.Messages;

namespace ModelOps.Trainer.Tests.Messages;

/// <summary>Messages of six intents made of a few words each, and some about other things, which train within seconds.</summary>
internal static class SmallMessages
{
    private static readonly (string Intent, string[] Things)[] Intents =
    [
        ("delivery", ["parcel", "delivery", "courier"]), ("refund", ["refund", "money back", "reimbursement"]), ("password", ["password", "login", "account"]),
        ("size", ["size", "fit", "measure"]), ("payment", ["card", "invoice", "payment"]), ("退货", ["退货", "退换", "退回商品"]), ("oos", ["weather", "poem", "planet"]),
    ];

    private static readonly string[] Frames = ["where is my {0}", "i have a question about the {0}", "{0} please", "what about {0}?", "my {0} does not work", "tell me about {0} now", "help with {0}", "请问{0}", "how does {0} go", "is there a {0}"];

    public static MessageSet Set() => MessageSet.Of(Rows());

    public static IEnumerable<(string Text, string? Intent)> Rows() =>
        from intent in Intents
        from thing in intent.Things
        from frame in Frames
        select (string.Format(null, frame, thing), (string?)intent.Intent);

    public static async Task WriteAsync(string folder)
    {
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        var rows = string.Join(", ", Rows().Select(row => $"('{row.Text}', {(row.Intent == "oos" ? "NULL" : $"'{row.Intent}'")})"));
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = $"""
            COPY (SELECT * FROM (VALUES {rows}) t(text, intent)) TO '{Path.Combine(folder, DatasetFiles.Messages)}' (FORMAT parquet);
            COPY (SELECT 'How long?' AS question, 'Two days.' AS answer, 'delivery' AS category, 'en' AS language, NULL::VARCHAR AS link) TO '{Path.Combine(folder, DatasetFiles.Faq)}' (FORMAT parquet)
            """;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
