using DuckDB.NET.Data;
using ModelOps.Bench.Recommend;

namespace ModelOps.Bench.Replay;

/// <param name="Item">A number of this replay's own, the same for every model.</param>
internal readonly record struct Purchase(int Item, DateTime Time);

/// <summary>What customers bought, each one's in order of time.</summary>
/// <param name="File">The rows as the trainer reads them.</param>
/// <param name="Times">Of every row.</param>
internal sealed record Shop(string File, IReadOnlyDictionary<string, Purchase[]> Customers, IReadOnlyList<string> Items, DateTime[] Times)
{
    public static async Task<Shop> ReadAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "all.parquet");
        if (!System.IO.File.Exists(file))
        {
            await QueryAsync($"COPY ({Benchmark.Retail().EventsSql}) TO '{file}.part' (FORMAT parquet)", _ => true);
            System.IO.File.Move(file + ".part", file);
        }
        var numbers = new Dictionary<string, int>();
        var rows = await QueryAsync($"SELECT user_id, item_id, time FROM read_parquet('{file}')", row => (User: row.GetString(0), Item: row.GetString(1), Time: row.GetDateTime(2)));
        foreach (var row in rows)
            numbers.TryAdd(row.Item, numbers.Count);
        var customers = rows.GroupBy(row => row.User).ToDictionary(customer => customer.Key, customer => customer.Select(row => new Purchase(numbers[row.Item], row.Time)).ToArray());
        return new Shop(file, customers, [.. numbers.Keys], [.. rows.Select(row => row.Time)]);
    }

    /// <summary>Rows that are there in the first minute of <paramref name="day"/>.</summary>
    public int RowsBefore(DateOnly day) => Times.Count(time => time < day.ToDateTime(TimeOnly.MinValue));

    /// <summary>What <paramref name="days"/> from <paramref name="day"/> on ask: each known customer's history, and what he or she bought then.</summary>
    public IReadOnlyList<Question> Ask(DateOnly day, int days)
    {
        var (from, to) = (day.ToDateTime(TimeOnly.MinValue), day.AddDays(days).ToDateTime(TimeOnly.MinValue));
        var questions = new List<Question>();
        foreach (var purchases in Customers.Values)
        {
            var history = purchases.TakeWhile(purchase => purchase.Time < from).ToArray();
            int[] bought = [.. purchases.Skip(history.Length).TakeWhile(purchase => purchase.Time < to).Select(purchase => purchase.Item).Distinct()];
            if (history.Length > 0 && bought.Length > 0)
                questions.Add(new Question(history, from, bought));
        }
        return questions;
    }

    private static async Task<List<T>> QueryAsync<T>(string sql, Func<DuckDBDataReader, T> read)
    {
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        await using var reader = (DuckDBDataReader)await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
            rows.Add(read(reader));
        return rows;
    }
}

/// <param name="At">The moment of asking.</param>
/// <param name="Bought">In the week after it, each product once.</param>
internal sealed record Question(Purchase[] History, DateTime At, int[] Bought);
