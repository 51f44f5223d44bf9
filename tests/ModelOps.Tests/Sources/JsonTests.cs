using System.Text;
using ModelOps.DataPrep.Sources;

namespace ModelOps.Tests.Sources;

public sealed class JsonTests
{
    private static ReadSource Read(string json) => ReadSource.Of(Encoding.UTF8.GetBytes(json));

    [Theory]
    [InlineData("""[{"user":"1","item":"a"},{"user":"2","item":"b","extra":[1,2]}]""", "json,")]
    [InlineData("{\"user\":\"1\",\"item\":\"a\"}\n\n{\"user\":\"2\",\"item\":\"b\",\"extra\":[1,2]}\n", "json lines,")]
    [InlineData("{\n \"user\": \"1\",\n \"item\": \"a\"\n}\n{\n \"user\": \"2\",\n \"item\": \"b\", \"extra\": [1,2]}", "json,")]
    [InlineData("""{"inline":{"userEvents":[{"user":"1","item":"a"},{"user":"2","item":"b","extra":[1,2]}]},"next":null}""", "json,")]
    public void Read_ArraysLinesAndWrappedLists(string json, string format)
    {
        var read = Read(json);

        Assert.StartsWith(format, read.Format, StringComparison.Ordinal);
        Assert.Equal(["1", "2"], read.Column("user"));
        Assert.Equal([null, "1|2"], read.Column("extra"));
        Assert.Empty(read.Faults);
    }

    [Fact]
    public void Read_Ga4Export_IsOneRowAProduct()
    {
        var read = Read("""
            {"event_date":"20210131","event_timestamp":"1612069510766593","event_name":"purchase","event_params":[{"key":"ga_session_id","value":{"string_value":null,"int_value":"661084800"}},{"key":"page","value":{"string_value":"https://shop/"}}],"user_id":null,"user_pseudo_id":"1026454.4","items":[{"item_id":"G1","item_name":"Mug","price":9.5,"quantity":"2"},{"item_id":"G2","price":"3"}]}
            {"event_date":"20210131","event_timestamp":"1612069510766600","event_name":"page_view","event_params":[],"user_pseudo_id":"7.1","items":[]}
            """);

        Assert.Equal(["G1", "G2", null], read.Column("items.item_id"));
        Assert.Equal(["661084800", "661084800", null], read.Column("event_params.ga_session_id"));
        Assert.Equal([1L, 2, 3], read.Numbers);
    }

    [Fact]
    public void Read_GoogleRetailUserEvent_IsOneRowAProduct()
    {
        var read = Read("""
            {"eventType":"purchase-complete","visitorId":"v1","eventTime":"2024-05-01T10:00:00Z","productDetails":[{"product":{"id":"p1"},"quantity":3},{"product":{"id":"p2"},"quantity":1}],"purchaseTransaction":{"id":"o1","revenue":30,"currencyCode":"EUR"},"userInfo":{"userId":"u9"}}
            """);

        Assert.Equal(["p1", "p2"], read.Column("productDetails.product.id"));
        Assert.Equal(["o1", "o1"], read.Column("purchaseTransaction.id"));
    }

    [Theory]
    [InlineData("""[{"user":"1","items":[{"id":"a"}]},{"user":"2","items":[{"id":"b"},]x},{"user":"3","items":[{"id":"c"}]}]""")]
    [InlineData("""[{"user":"1","items":[{"id":"a"}]},{"user":"2,"items":[{"id":"b"}]},{"user":"3","items":[{"id":"c"}]}]""")]
    [InlineData("""[{"user":"1","items":[{"id":"a"}]},{"user":"2","items":[{"id":"b"}],{"user":"3","items":[{"id":"c"}]}]""")]
    [InlineData("""[{"user":"1","items":[{"id":"a"}]},x"user":"2","items":[{"id":"b"}]},{"user":"3","items":[{"id":"c"}]}]""")]
    [InlineData("{\"user\":\"1\",\"items\":[{\"id\":\"a\"}]}\n{\"user\":\"2\n{\"user\":\"3\",\"items\":[{\"id\":\"c\"}]}\n")]
    [InlineData("{\"user\":\"1\",\"items\":[{\"id\":\"a\"}]}\n{\"user\":\"\\ud800\",\"items\":[{\"id\":\"b\"}]}\n{\"user\":\"3\",\"items\":[{\"id\":\"c\"}]}\n")]
    [InlineData("{\"user\":\"1\",\"items\":[{\"id\":\"a\"}]}\nnull\n{\"user\":\"3\",\"items\":[{\"id\":\"c\"}]}\n")]
    public void Read_BrokenObject_CostsItself(string json)
    {
        var read = Read(json);

        Assert.Equal(["1", "3"], read.Column("user"));
        Assert.Equal(["a", "c"], read.Column("items.id"));
        Assert.Equal(2, Assert.Single(read.Faults).Row);
    }

    [Fact]
    public void Read_IdsAsPropertyNames_AreRefused() =>
        Assert.Contains("different properties", Assert.Throws<UploadException>(() => Read($"{{{string.Join(',', Enumerable.Range(0, 3000).Select(i => $"\"p{i}\":1"))}}}")).Message, StringComparison.Ordinal);
}
