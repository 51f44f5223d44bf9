using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Reviews;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Labelling;

namespace ModelOps.DataPrep.Reviews;

/// <summary>What versions ask of people, and take from them.</summary>
internal sealed class ReviewQueue(DatasetsDb database)
{
    private const string Nothing = "{}";

    /// <summary>What people have said of a dataset's rows, in an order that depends on the answers alone.</summary>
    public async Task<IReadOnlyList<LabelAnswer>> AnswersAsync(StoreId store, string dataset, CancellationToken cancellationToken)
    {
        var rows = await database.Reviews.AsNoTracking().Where(row => row.Store == store.Value && row.Dataset == dataset && row.State == ReviewState.Answered)
            .Select(row => new LabelAnswer(row.InTable, row.InColumn, row.Key, row.Answer!)).ToListAsync(cancellationToken);
        return [.. rows.OrderBy(row => row.Table, StringComparer.Ordinal).ThenBy(row => row.Column, StringComparer.Ordinal).ThenBy(row => row.Key, StringComparer.Ordinal)];
    }

    /// <summary>
    /// Asks what a version asks. A question that is still one stays where it is; one that is none any more goes; an answered one
    /// stays as it is, without its text once its row has left the data.
    /// </summary>
    public async Task AskAsync(StoreId store, string dataset, int version, Labelling.Labelling labels, CancellationToken cancellationToken)
    {
        var (name, round, asked) = (store.Value, Guid.CreateVersion7(), labels.Questions);
        string[] tables = [.. asked.Select(q => q.Table)], columns = [.. asked.Select(q => q.Column)], keys = [.. asked.Select(q => q.Key)], texts = [.. asked.Select(q => q.Text)];
        string[] details = [.. asked.Select(q => q.Details)], reasons = [.. asked.Select(q => q.Reason)], candidates = [.. asked.Select(q => JsonSerializer.Serialize(q.Candidates, JsonSerializerOptions.Web))];
        double[] margins = [.. asked.Select(q => q.Margin)];
        if (asked.Count > 0)
        {
            await database.Database.ExecuteSqlAsync($"""
                INSERT INTO reviews (store, dataset, in_table, in_column, key, text, details, reason, candidates, margin, version, round, state, revision)
                SELECT {name}, {dataset}, t, c, k, x, d::jsonb, r, n::jsonb, m, {version}, {round}, 'Open', 1
                FROM unnest({tables}, {columns}, {keys}, {texts}, {details}, {reasons}, {candidates}, {margins}) AS asked (t, c, k, x, d, r, n, m)
                ON CONFLICT (store, dataset, in_table, in_column, key) DO UPDATE
                SET text = excluded.text, details = excluded.details, reason = excluded.reason, candidates = excluded.candidates, margin = excluded.margin, version = excluded.version, round = excluded.round
                WHERE reviews.state <> 'Answered'
                """, cancellationToken);
        }
        await database.Reviews.Where(row => row.Store == name && row.Dataset == dataset && row.State != ReviewState.Answered && row.Round != round).ExecuteDeleteAsync(cancellationToken);

        string[] foundTables = [.. labels.Found.Select(a => a.Table)], foundColumns = [.. labels.Found.Select(a => a.Column)], foundKeys = [.. labels.Found.Select(a => a.Key)];
        await database.Database.ExecuteSqlAsync($"""
            UPDATE reviews SET taken_version = {version} WHERE store = {name} AND dataset = {dataset} AND state = 'Answered'
                AND (in_table, in_column, key) IN (SELECT * FROM unnest({foundTables}, {foundColumns}, {foundKeys}))
            """, cancellationToken);
        await database.Database.ExecuteSqlAsync($"""
            UPDATE reviews SET text = '', details = {Nothing}::jsonb WHERE store = {name} AND dataset = {dataset} AND state = 'Answered' AND text <> ''
                AND (in_table, in_column, key) NOT IN (SELECT * FROM unnest({foundTables}, {foundColumns}, {foundKeys}))
            """, cancellationToken);
        // A person's id is in the key of an answer about a person.
        await database.Reviews.Where(row => row.Store == name && row.Dataset == dataset && row.InTable == "users" && row.Text == "" && row.State == ReviewState.Answered).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Forgets a dataset's questions and answers.</summary>
    public Task RemoveAsync(StoreId store, string dataset, CancellationToken cancellationToken) =>
        database.Reviews.Where(row => row.Store == store.Value && row.Dataset == dataset).ExecuteDeleteAsync(cancellationToken);
}
