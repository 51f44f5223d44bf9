using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Labelling;
using ModelOps.DataPrep.Sources;

namespace ModelOps.Tests.Labelling;

public sealed class FunctionSqlTests
{
    [Theory]
    [InlineData("I want my Refund, now", true)]
    [InlineData("refunds", false)]
    [InlineData("non-refundable", false)]
    [InlineData("money-back (guaranteed?)", true)]
    [InlineData("my card's here", true)]
    [InlineData("cardigan", false)]
    [InlineData("shipped twice", true)]
    [InlineData("能退货吗", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Keywords_StandAsWholeWords(string? text, bool expected)
    {
        string[] keywords = ["refund", "(guaranteed?)", "card", "ship*", "退货"];
        Assert.Equal(expected, Holds(new LabellingFunction("f", "l", Keywords: keywords), text));
    }

    [Fact]
    public void Conditions_AllHold()
    {
        var function = new LabellingFunction("f", "l", Pattern: "(?i)^hello", Keywords: ["world"]);
        Assert.True(Holds(function, "Hello world"));
        Assert.False(Holds(function, "Hello"));
        Assert.False(Holds(function, "world, hello"));
    }

    [Fact]
    public void OtherColumns_AndAttributes()
    {
        Assert.True(Holds(new LabellingFunction("f", "l", Column: "language", Values: ["DE", "at"]), "x", language: " de"));
        Assert.True(Holds(new LabellingFunction("f", "l", Column: "stars", Below: 3), "x", attributes: """{"stars":"2"}"""));
        Assert.False(Holds(new LabellingFunction("f", "l", Column: "stars", Above: 3), "x", attributes: """{"stars":"many"}"""));
        Assert.False(Holds(new LabellingFunction("f", "l", Column: "o'clock", Values: ["1"]), "x"));
    }

    private static bool Holds(LabellingFunction function, string? text, string language = "", string attributes = "{}")
    {
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        string Value(string? value) => value is null ? "NULL::VARCHAR" : Sql.Literal(value);
        return duck.Scalar<bool>($"SELECT {FunctionSql.Condition(LabelTable.Of("messages"), function)} FROM (SELECT {Value(text)} AS text, {Value(language)} AS language, {Value(attributes)} AS attributes)");
    }
}
