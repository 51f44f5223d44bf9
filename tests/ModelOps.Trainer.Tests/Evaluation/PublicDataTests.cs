using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Tests.Evaluation;

/// <summary>The protocols on data with known sizes. Training on it is bench/recommend's.</summary>
public class PublicDataTests
{
    [Fact]
    public async Task LeaveOneOut_Beauty_AsksEveryUserForOneItem()
    {
        var source = SharedData.Find("beauty/interactions.csv");
        Assert.SkipWhen(source is null, "Needs shared/data/beauty beside the project.");
        using var folder = new Folder();
        await using (var connection = new DuckDBConnection("DataSource=:memory:"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statement is this file's own.
            command.CommandText = $"""
                COPY (SELECT USER_ID::VARCHAR AS user_id, ITEM_ID::VARCHAR AS item_id, 'purchase' AS event, to_timestamp(TIMESTAMP)::TIMESTAMP AS time
                      FROM read_csv('{source}') ORDER BY user_id, time)
                TO '{Path.Combine(folder.Path, DatasetFiles.Events)}' (FORMAT parquet);
                COPY (SELECT '1'::VARCHAR AS item_id) TO '{Path.Combine(folder.Path, DatasetFiles.Products)}' (FORMAT parquet)
                """;
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        var interactions = await new DatasetReader(folder.Path).ReadInteractionsAsync(["purchase"], ["purchase"]);
        Assert.Equal((22_363, 12_101, 198_502), (interactions.Users.Length, interactions.Vocabulary.Count, interactions.All.Length));
        var test = LeaveOneOut.Split(interactions).Test;
        Assert.Equal(22_363, test.Cases.Count);
        Assert.Equal(198_502 - 22_363, test.Known.Sum());
        Assert.Equal(0, test.RepeatRate(interactions), 2);
        var popularity = new Evaluator(interactions, test.Sample(2000, 1), excludeSeen: true).Evaluate(new PopularityScorer(test.ItemCounts(interactions)));
        Assert.InRange(popularity.Recall10, 0.005, 0.03);
    }
}
