using DuckDB.NET.Data;
using ModelOps.DataPrep.Sources;

namespace ModelOps.Tests.Sources;

public sealed class ParquetTests
{
    [Fact]
    public void Read_FlatTable_IsText()
    {
        var read = ReadSource.Of(Write("SELECT i AS user_id, 'p' || i AS item_id, TIMESTAMP '2024-05-01 10:00:00' AS time, 1.5::DOUBLE AS price FROM range(3) r(i)"));

        Assert.Equal("parquet", read.Format);
        Assert.Equal([1L, 2, 3], read.Numbers);
        Assert.Equal(["0", "p0", "2024-05-01 10:00:00", "1.5"], read.Rows[0]);
    }

    [Fact]
    public void Read_NestedProducts_AreOneRowEach()
    {
        var read = ReadSource.Of(PackingTests.Pack(Write("SELECT 'u' || i AS user_pseudo_id, [{'item_id': 'a', 'price': 2}, {'item_id': 'b', 'price': 3}] AS items FROM range(2) r(i)"), "gzip"));

        Assert.Equal("parquet, gzip", read.Format);
        Assert.Equal(["a", "b", "a", "b"], read.Column("items.item_id"));
        Assert.Equal(["u0", "u0", "u1", "u1"], read.Column("user_pseudo_id"));
    }

    [Fact]
    public void Read_DamagedPages_CostTheRowsAroundThem()
    {
        var content = Write("SELECT 'user ' || hash(i) AS user_id, i AS number FROM range(20000) r(i)");
        Array.Fill(content, (byte)0x55, content.Length / 2, 3000);

        var read = ReadSource.Of(content);

        Assert.NotEmpty(read.Faults);
        Assert.All(read.Faults, fault => Assert.Equal("broken-page", fault.Fault));
        Assert.Equal(20_000, read.Rows.Count + read.Faults.Count);
        Assert.InRange(read.Faults.Count, 1, 3 * 2048);
        Assert.All(read.Rows.Zip(read.Numbers), row => Assert.Equal($"{row.Second - 1}", row.First[1]));
    }

    [Fact]
    public void Read_CutOffFile_IsRefusedByName() =>
        Assert.Contains("broken-parquet", Assert.Throws<UploadException>(() => ReadSource.Of(Write("SELECT i FROM range(100) r(i)")[..^20])).Message, StringComparison.Ordinal);

    /// <summary>Where the row groups lie in a file, and which rows they hold.</summary>
    internal static List<(int First, int Rows, long From, long To)> Groups(byte[] content)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.parquet");
        File.WriteAllBytes(path, content);
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        var groups = duck.Rows($"""
            SELECT max(row_group_num_rows), min(coalesce(dictionary_page_offset, data_page_offset)), max(coalesce(dictionary_page_offset, data_page_offset) + total_compressed_size)
            FROM parquet_metadata({Sql.Literal(path)}) GROUP BY row_group_id ORDER BY row_group_id
            """, row => (Rows: (int)row.GetInt64(0), From: row.GetInt64(1), To: row.GetInt64(2)));
        File.Delete(path);
        var first = 0;
        return [.. groups.Select(group => (First: (first += group.Rows) - group.Rows, group.Rows, group.From, group.To))];
    }

    internal static byte[] Write(string query)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.parquet");
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        duck.Execute($"COPY ({query}) TO {Sql.Literal(path)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 2048)");
        var content = File.ReadAllBytes(path);
        File.Delete(path);
        return content;
    }
}
