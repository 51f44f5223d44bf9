using ModelOps.Contracts;
using ModelOps.EventLog;
using ModelOps.Monitor.Privacy;
using Npgsql;
using NpgsqlTypes;

namespace ModelOps.Monitor.Outcomes;

/// <summary>Gathers a slice's searches and answers to customers, then writes them in few commands; the same again changes nothing.</summary>
/// <param name="keys">Of the stores whose answers it is given.</param>
internal sealed class OutcomeTally(IReadOnlyDictionary<StoreId, ShopperKey> keys)
{
    /// <summary>Whoever asks in other words within this time asks for the same thing.</summary>
    public static readonly TimeSpan Reformulation = TimeSpan.FromMinutes(5);

    private readonly Dictionary<(StoreId Store, string Token), (Impression Answer, int? Place)> searches = [];
    private readonly Dictionary<(StoreId Store, string Token), Impression> answers = [];

    /// <param name="answer">One that was shown.</param>
    public void Add(Impression answer)
    {
        if (answer.Search is { Form.Length: > 0 })
            searches.TryAdd((answer.Store, answer.Token), (answer, null));
        if (answer.Assist is not null)
            answers.TryAdd((answer.Store, answer.Token), answer);
    }

    /// <param name="product">One that it showed.</param>
    public void Click(Impression answer, string product)
    {
        if (answer.Search is not { Form.Length: > 0 } search)
            return;
        var place = search.First + answer.Items.ToList().IndexOf(product) + 1;
        var key = (answer.Store, answer.Token);
        searches[key] = (answer, Math.Min(place, searches.GetValueOrDefault(key).Place ?? place));
    }

    public IEnumerable<NpgsqlBatchCommand> Commands()
    {
        if (searches.Count > 0)
        {
            yield return Searches();
            yield return Follow("earlier");
            yield return Follow("later");
        }
        if (answers.Count > 0)
            yield return Answers();
    }

    /// <summary>A click may be read before its search: whichever comes first makes the row.</summary>
    private NpgsqlBatchCommand Searches()
    {
        var rows = searches.Values.OrderBy(row => row.Answer.Token, StringComparer.Ordinal).ToList();
        var command = new NpgsqlBatchCommand($"""
            INSERT INTO {OutcomeTables.Searches} AS known (store, token, model, version, arm, time, shopper, is_assigned, form, page, found, place, followed)
            SELECT *, 0 FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::timestamptz[], $7::bigint[], $8::boolean[], $9::bigint[], $10::int[], $11::int[], $12::int[])
            ON CONFLICT (store, token) DO UPDATE SET place = least(known.place, excluded.place)
            """);
        AddWhose(command, [.. rows.Select(row => row.Answer)]);
        Add(command, NpgsqlDbType.Bigint, rows.Select(row => keys[row.Answer.Store].OfQuery(row.Answer.Search!.Form)));
        Add(command, NpgsqlDbType.Integer, rows.Select(row => row.Answer.Search!.Page));
        Add(command, NpgsqlDbType.Integer, rows.Select(row => row.Answer.Search!.Found));
        Add(command, NpgsqlDbType.Integer, rows.Select(row => row.Place));
        return command;
    }

    /// <summary>Searches may be read in another order than they were asked in, so the new ones are looked at both as the earlier and as the later of two.</summary>
    /// <param name="new">Which of the two is new.</param>
    private NpgsqlBatchCommand Follow(string @new)
    {
        var command = new NpgsqlBatchCommand($"""
            UPDATE {OutcomeTables.Searches} AS known SET followed = pair.followed
            FROM (
                SELECT earlier.store, earlier.token, max(CASE WHEN later.form = earlier.form THEN {(int)FollowedBy.TheSameWords} ELSE {(int)FollowedBy.OtherWords} END)::smallint AS followed
                FROM {OutcomeTables.Searches} earlier JOIN {OutcomeTables.Searches} later
                    ON later.store = earlier.store AND later.shopper = earlier.shopper AND later.model = earlier.model AND later.time > earlier.time AND later.time <= earlier.time + $3::interval
                WHERE {@new}.store = ANY($1::text[]) AND {@new}.token = ANY($2::text[])
                GROUP BY earlier.store, earlier.token) AS pair
            WHERE known.store = pair.store AND known.token = pair.token AND known.followed < pair.followed
            """);
        Add(command, NpgsqlDbType.Text, searches.Keys.Select(key => key.Store.Value).Distinct());
        Add(command, NpgsqlDbType.Text, searches.Keys.Select(key => key.Token));
        command.Parameters.Add(new() { Value = Reformulation });
        return command;
    }

    private NpgsqlBatchCommand Answers()
    {
        var rows = answers.Values.OrderBy(answer => answer.Token, StringComparer.Ordinal).ToList();
        var command = new NpgsqlBatchCommand($"""
            INSERT INTO {OutcomeTables.AssistAnswers} (store, token, model, version, arm, time, shopper, is_assigned, way, is_out_of_scope)
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::timestamptz[], $7::bigint[], $8::boolean[], $9::text[], $10::boolean[])
            ON CONFLICT DO NOTHING
            """);
        AddWhose(command, rows);
        Add(command, NpgsqlDbType.Text, rows.Select(answer => answer.Assist!.Way));
        Add(command, NpgsqlDbType.Boolean, rows.Select(answer => answer.Assist!.IsOutOfScope));
        return command;
    }

    private void AddWhose(NpgsqlBatchCommand command, List<Impression> rows)
    {
        foreach (var column in new Func<Impression, string>[] { answer => answer.Store.Value, answer => answer.Token, answer => answer.Model })
            Add(command, NpgsqlDbType.Text, rows.Select(column));
        Add(command, NpgsqlDbType.Integer, rows.Select(answer => answer.Version));
        Add(command, NpgsqlDbType.Text, rows.Select(answer => answer.Arm));
        Add(command, NpgsqlDbType.TimestampTz, rows.Select(answer => answer.Time.UtcDateTime));
        Add(command, NpgsqlDbType.Bigint, rows.Select(answer => keys[answer.Store].Of(answer)));
        Add(command, NpgsqlDbType.Boolean, rows.Select(answer => (answer.User ?? answer.Session) is not null));
    }

    private static void Add<T>(NpgsqlBatchCommand command, NpgsqlDbType type, IEnumerable<T> values) =>
        command.Parameters.Add(new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
}
