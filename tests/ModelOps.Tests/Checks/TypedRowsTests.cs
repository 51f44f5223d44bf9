using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.Sources;
using ModelOps.Privacy;

namespace ModelOps.Tests.Checks;

public sealed class TypedRowsTests
{
    /// <summary>Only DuckDB's batch insert keeps the order of a file that several threads read; a join in the query, as a long <c>IN</c> becomes one, is enough to lose it.</summary>
    [Fact]
    public void Insert_KeepsTheOrderOfTheInput()
    {
        var folder = Directory.CreateTempSubdirectory("modelops-typed-");
        try
        {
            var path = Path.Combine(folder.FullName, "rows.csv");
            File.WriteAllText(path, string.Concat(Enumerable.Range(1, 1000).Select(row => $"{row},u,i,view,2026-01-01,1,2,s,t\n")));
            using var duck = Recipe.Open(folder.FullName, new PersonalData(new byte[32]), new DataPrepOptions());
            string[] columns = ["user_id", "item_id", "event", "time_text", "quantity_text", "price_text", "session_id", "title"];
            var texts = $"SELECT * FROM {CanonicalFile.Reader([path], columns.Select(column => (column, "VARCHAR")).Prepend(("row", "BIGINT")))}";

            var plan = string.Join('\n', duck.Rows($"EXPLAIN {new TypedRows(new CheckList(new DatasetRules(), DateTimeOffset.UnixEpoch)).Insert(0, texts)}", row => row.GetString(1)));

            Assert.Contains("BATCH_INSERT", plan, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
