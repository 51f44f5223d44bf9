using CsCheck;
using ModelOps.Features.Tables;

namespace ModelOps.Trainer.Tests.Campaigns;

public sealed class TableTests
{
    [Fact]
    public void Learn_TellsNumbersFromCategories_AndKeepsWhatItSaw()
    {
        var table = new TextTable(["age", "city", "member"], [["31", "Ulm", "TRUE"], ["", "Bern", "FALSE"], ["45", "Ulm", "TRUE"], ["38", null, "FALSE"]]);

        var schema = table.Learn(table.Names, [0, 1, 2, 3]);

        Assert.Equal([ColumnKind.Number, ColumnKind.Category, ColumnKind.Number], schema.Columns.Select(column => column.Kind));
        Assert.Equal(["Ulm", "Bern"], schema.Columns[1].Categories);
        Assert.Equal(["age", "age missing", "city=Ulm", "city=Bern", "member"], schema.Design.Select(column => column.Name));
        var row = new float[3];
        schema.Encode(name => name switch { "age" => "nonsense", "city" => "Paris", _ => "true" }, row);
        Assert.Equal([float.NaN, float.NaN, 1], row);
    }

    [Fact]
    public async Task Read_AfterWrite_EncodesTheSame()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("modelops-table-").FullName, TableSchema.FileName);
        var table = new TextTable(["n", "c"], [["1.5", "a"], [null, "b"], ["900", "a"]]);
        var schema = table.Learn(table.Names, [0, 1, 2]);
        await schema.WriteAsync(path);

        var read = await TableSchema.ReadAsync(path);

        Assert.Equal(table.Encode(schema).Values, table.Encode(read).Values);
        Assert.Equal(table.Encode(schema).Design, table.Encode(read).Design);
    }

    /// <summary>Whatever a row says, its design is finite and within the limit.</summary>
    [Fact]
    public void Design_OfAnyRow_IsFinite() => Gen.Select(Gen.Float, Gen.Float, Gen.Int[0, 4]).Array[3, 30].Sample(rows =>
    {
        var table = new TextTable(["x", "y", "c"], [.. rows.Select(row => new[] { row.Item1.ToString("R", System.Globalization.CultureInfo.InvariantCulture), row.Item2.ToString("R", System.Globalization.CultureInfo.InvariantCulture), $"c{row.Item3}" })]);
        var encoded = table.Encode(table.Learn(table.Names, [0, 1, 2], new Dictionary<string, ColumnKind> { ["x"] = ColumnKind.Number, ["y"] = ColumnKind.Number }));
        Assert.All(encoded.Design, value => Assert.True(Math.Abs(value) <= DesignColumn.Limit));
    });
}
