using System.Net;
using System.Text;
using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Sources;

namespace ModelOps.Tests.Datasets;

/// <summary>Each kind of source lands as its own table of the version.</summary>
public sealed class TablesTests(Stores stores) : IAsyncLifetime
{
    private Service<DatasetsDb> service = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<DatasetsDb>(["datasetsdb", "eventsdb"]);
        http = service.CreateClient();
    }

    [Theory]
    [InlineData("users", "user_id;age;gender;occupation\n1;24;M;technician\n1;25;M;writer\n2;x;F;other\n", 1, 1, """{"user_id":"1","segment":null,"gender":"M","age":25.0,"country":null,"language":null,"registered":null,"attributes":{"occupation":"writer"}}""")]
    [InlineData("campaigns", "recency,segment,visit,conversion,spend\n10,Womens E-Mail,1,0,\"29,99 €\"\n6,No E-Mail,0,maybe,0\n", 1, 1, """{"treatment":"Womens E-Mail","conversion":false,"campaign":null,"user_id":null,"time":null,"visit":true,"spend":29.99,"attributes":{"recency":"10"}}""")]
    [InlineData("queries", "query,docid,rating\nphone case,3842754,3\n,1,2\n", 1, 1, """{"query":"phone case","item_id":"3842754","grade":3.0,"title":null}""")]
    [InlineData("messages", "text,category\n\"I am still waiting, on my card?\",card_arrival\n", 1, 0, """{"text":"I am still waiting, on my card?","intent":"card_arrival","user_id":null,"time":null,"language":null,"attributes":null}""")]
    [InlineData("faq", "[{\"question\":\"When?\",\"answer\":\"Soon.\"}]", 1, 0, """{"question":"When?","answer":"Soon.","category":null,"language":null,"link":null}""")]
    public async Task Upload_Kind_LandsAsItsTable(string part, string content, int kept, int quarantined, string firstRow)
    {
        var version = await UploadAsync($"kind-{part}", part, Encoding.UTF8.GetBytes(content));

        var table = part == "queries" ? "judgements" : part;
        Assert.Equal(kept, version.Profile.Tables[table]);
        Assert.Equal(quarantined, version.Rows.Quarantined);
        var rows = await RowsAsync($"kind-{part}", $"{table}.parquet", "CAST(to_json(t) AS VARCHAR)");
        Assert.Equal(firstRow, rows[0].Replace("\"{\\\"", "{\"", StringComparison.Ordinal).Replace("\\\"}\"", "\"}", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Upload_Catalogue_KeepsMerchantAttributesAndOthers()
    {
        await UploadAsync("merchant", "catalogue", Encoding.UTF8.GetBytes("""
            [{"id":"p1","title":"Mug","description":"A mug","link":"https://shop/p1","image_link":"https://shop/p1.jpg","availability":"out_of_stock","price":"1.234,50 EUR","brand":"Acme","gtin":"4006381333931","item_group_id":"g1","product_type":"Home > Mugs","google_product_category":"2169","attr_colour":"red"}]
            """));

        var rows = await RowsAsync("merchant", DatasetFiles.Products, "concat_ws('/', item_id, title, description, link, image_link, available, price, brand, gtin, item_group_id, category, google_product_category, attributes)");
        Assert.Equal("p1/Mug/A mug/https://shop/p1/https://shop/p1.jpg/false/1234.5/Acme/4006381333931/g1/Home > Mugs/2169/{\"attr_colour\":\"red\"}", rows[0]);
    }

    [Fact]
    public async Task Upload_Ga4ExportAndArchive_BecomeEvents()
    {
        var ga4 = """{"event_timestamp":"1612069510766593","event_name":"purchase","user_id":null,"user_pseudo_id":"10.4","items":[{"item_id":"G1","price":9.5,"quantity":"2"},{"item_id":"G2","price":"3"}]}""" + "\n"
            + """{"event_timestamp":"1612069510766594","event_name":"view_item","user_id":"u1","user_pseudo_id":"10.4","items":[{"item_id":"G1","price":9.5}]}""" + "\n";
        var version = await UploadAsync("ga4", "events", Sources.PackingTests.Pack(Encoding.UTF8.GetBytes(ga4), "zip"));
        var report = await (await http.GetAsync("/v1/datasets/ga4/versions/1/report")).ReadAsync<DatasetReport>();

        Assert.Equal((2, 3), (version.Profile.Users, version.Profile.Events));
        Assert.Equal("file/folder/events.csv", report.Sources[0].File);
        Assert.Equal("json lines, zip, utf-8", report.Sources[0].Format);
        Assert.Equal("user_id, else user_pseudo_id", report.Sources[0].Columns["user_id"]);
    }

    [Fact]
    public async Task Upload_UnreadableRows_AreReportedWithRowAndColumn()
    {
        await UploadAsync("faulty", "events", Encoding.UTF8.GetBytes("user,item,time\n1,a,1300000000\n2,\"b\"x,1300000000\n3,c\n"));
        var report = await (await http.GetAsync("/v1/datasets/faulty/versions/1/report")).ReadAsync<DatasetReport>();
        var rows = await RowsAsync("faulty", DatasetFiles.Quarantine, "concat_ws('/', row, reason, \"column\", raw)");

        Assert.Equal([("text-after-quote", 3L, "item"), ("too-few-columns", 4L, "time")], report.Sources[0].Faults.Select(fault => (fault.Fault, fault.Samples[0].Row, fault.Samples[0].Column)).OrderBy(fault => fault.Row));
        Assert.Equal(["3/text-after-quote/item/2,\"b\"x,1300000000", "4/too-few-columns/time/3,c"], rows);
    }

    private async Task<DatasetVersion> UploadAsync(string name, string part, byte[] content)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), part, "file" } };
        return await (await http.PostAsync($"/v1/datasets?name={name}", form)).ReadAsync<DatasetVersion>();
    }

    private async Task<List<string>> RowsAsync(string name, string file, string expression)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.parquet");
        await File.WriteAllBytesAsync(path, await http.GetByteArrayAsync($"/v1/datasets/{name}/versions/1/files/{file}"));
        await using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        var rows = duck.Rows($"SELECT {expression} FROM {Sql.Literal(path)} t", row => row.GetString(0));
        File.Delete(path);
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
