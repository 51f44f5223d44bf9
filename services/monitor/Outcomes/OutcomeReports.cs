using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts.Quality;
using ModelOps.Monitor.Quality;
using ModelOps.Monitor.Verdicts;
using Npgsql;
using NpgsqlTypes;

namespace ModelOps.Monitor.Outcomes;

/// <summary>Sums over shoppers of their answers and of those that are hits.</summary>
/// <param name="Rates">In the order of the rates that were asked for.</param>
internal sealed record OutcomeSums(string? Model, int? Version, string? Arm, long Answers, IReadOnlyList<UserSums> Rates);

/// <summary>Reads what became of searches and of answers to customers.</summary>
internal sealed class OutcomeReports(MonitorDb database)
{
    /// <param name="answers">Its placement is not looked at. An empty model stands for all of them, which are told apart then.</param>
    public async Task<IReadOnlyList<OutcomeSums>> SumsAsync(OutcomeKind kind, IReadOnlyList<OutcomeRate> rates, AnswerFilter answers, Grouping by, CancellationToken cancellationToken)
    {
        var hits = string.Concat(rates.Select((rate, i) => $", count(*) FILTER (WHERE {rate.Hit})::float8 AS x{Number(i)}"));
        var sums = string.Concat(rates.Select((_, i) => $", sum(x{Number(i)}), sum(m * x{Number(i)}), sum(x{Number(i)} * x{Number(i)})"));
        await using var command = await CommandAsync($"""
            SELECT model, version, arm, count(*), sum(m), sum(m * m){sums}
            FROM (
                SELECT CASE WHEN $2 = '' THEN model END AS model, CASE WHEN {by.ByVersion} THEN version END AS version, CASE WHEN {by.ByArm} THEN arm END AS arm, shopper, count(*)::float8 AS m{hits}
                FROM {kind.Table} WHERE {kind.Trial} AND {Chosen} GROUP BY 1, 2, 3, 4) AS shoppers
            GROUP BY model, version, arm ORDER BY model, version DESC, arm
            """, answers, cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<OutcomeSums>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (shoppers, trials, squared) = (reader.GetInt64(3), reader.GetDouble(4), reader.GetDouble(5));
            found.Add(new OutcomeSums(reader.IsDBNull(0) ? null : reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetInt32(1), reader.IsDBNull(2) ? null : reader.GetString(2), (long)trials,
                [.. rates.Select((_, i) => new UserSums(shoppers, trials, reader.GetDouble(6 + (3 * i)), squared, reader.GetDouble(7 + (3 * i)), reader.GetDouble(8 + (3 * i))))]));
        }
        return found;
    }

    /// <returns>The newest version first.</returns>
    public async Task<IReadOnlyList<OutcomeReport>> ReportAsync(OutcomeKind kind, AnswerFilter answers, Grouping by, CancellationToken cancellationToken)
    {
        var rates = OutcomeRate.Of(kind);
        var sums = await SumsAsync(kind, rates, answers, by, cancellationToken);
        var places = kind == OutcomeKind.Search ? await PlacesAsync(answers, by, cancellationToken) : [];
        return [.. sums.Select(row =>
        {
            var place = places.FirstOrDefault(place => (place.Version, place.Arm) == (row.Version, row.Arm));
            return new OutcomeReport(row.Version, row.Arm, row.Answers, row.Rates[0].Shoppers, rates.Zip(row.Rates).ToDictionary(rate => rate.First.Name, rate => Interval.Of(rate.Second)!), place?.Mean, place?.Median);
        })];
    }

    private async Task<List<Places>> PlacesAsync(AnswerFilter answers, Grouping by, CancellationToken cancellationToken)
    {
        await using var command = await CommandAsync($"""
            SELECT CASE WHEN {by.ByVersion} THEN version END, CASE WHEN {by.ByArm} THEN arm END, avg(place)::float8, percentile_cont(.5) WITHIN GROUP (ORDER BY place)
            FROM {OutcomeTables.Searches} WHERE place IS NOT NULL AND {Chosen} GROUP BY 1, 2
            """, answers, cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<Places>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new Places(reader.IsDBNull(0) ? null : reader.GetInt32(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetDouble(2), reader.GetDouble(3)));
        return found;
    }

    /// <summary>A pause takes out whole minutes, as it does where clicks are counted.</summary>
    private const string Chosen = """
        store = $1 AND ($2 = '' OR model = $2) AND time >= $3 AND time < $4 AND ($5::int IS NULL OR version = $5) AND ($6::text IS NULL OR arm = $6) AND (is_assigned OR NOT $7)
        AND NOT EXISTS (SELECT FROM unnest($8, $9) AS pause (since, until) WHERE date_trunc('minute', time) > pause.since - interval '1 minute' AND date_trunc('minute', time) < pause.until)
        """;

    private async Task<NpgsqlCommand> CommandAsync(string sql, AnswerFilter answers, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)database.Database.GetDbConnection(); // the context closes it
        if (connection.State != System.Data.ConnectionState.Open)
            await connection.OpenAsync(cancellationToken);
        return new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                new() { Value = answers.Store }, new() { Value = answers.Model }, new() { Value = answers.From.UtcDateTime }, new() { Value = answers.Until.UtcDateTime },
                new() { Value = (object?)answers.Version ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer }, new() { Value = (object?)answers.Arm ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = answers.AssignedOnly },
                new() { Value = answers.PausedFrom, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz }, new() { Value = answers.PausedUntil, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
            },
        };
    }

    private static string Number(int i) => i.ToString(CultureInfo.InvariantCulture);

    private sealed record Places(int? Version, string? Arm, double Mean, double Median);
}
