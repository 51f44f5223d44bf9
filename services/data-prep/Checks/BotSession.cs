namespace ModelOps.DataPrep.Checks;

/// <summary>Nobody looks at a hundred products faster than one a second. A visit is the session that the shop gives, else a user's day; purchases do not count, as a basket is bought at once, nor do products that a page listed. What a bot bought was bought, and stays.</summary>
internal sealed record BotSession() : RowCheck("bot-session", "Visits of a hundred or more events, faster than one a second", Severity.Warning, RowAction.Quarantine, Limit: 100)
{
    public override string Tables => $"""
        CREATE TABLE bots AS
        SELECT user_id, session_id, epoch_us(time) // 86400000000 AS day FROM staged
        WHERE event NOT IN ('purchase', 'view_item_list') AND user_id IS NOT NULL AND time IS NOT NULL
        GROUP BY ALL HAVING count(*) >= {LimitText} AND count(*) * 1000000 > epoch_us(max(time)) - epoch_us(min(time));
        CREATE TABLE bot_rows AS
        SELECT staged.rowid AS line FROM staged JOIN bots
            ON staged.user_id = bots.user_id AND staged.session_id IS NOT DISTINCT FROM bots.session_id AND epoch_us(staged.time) // 86400000000 = bots.day
        WHERE staged.event <> 'purchase'
        """;

    public override string Condition => "rowid IN (SELECT line FROM bot_rows)";
}
