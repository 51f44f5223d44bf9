using System.Globalization;
using System.Text;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Sources;
using ModelOps.Tests.Checks;

namespace ModelOps.Tests.Sources;

/// <summary>
/// A thousand random mutations per format: a byte changed, lost, added or doubled, a stretch cut out. Whatever comes, the file is
/// read or refused by name, and rows that the mutation did not touch are all there. A fixed seed makes each run the same.
/// </summary>
public sealed class FuzzTests
{
    private const int Mutations = 1000;
    private const int Rows = 40;

    static FuzzTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>A thousand for CSV, JSON Lines and JSON arrays each, spread over how they are written.</summary>
    public static TheoryData<string, int> Texts => new()
    {
        { "csv", 200 }, { "csv quoted", 200 }, { "csv utf-16le", 200 }, { "csv gb18030", 200 }, { "csv crlf semicolon", 200 },
        { "json lines", 500 }, { "json lines ga4", 500 }, { "json array", 1000 },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Mutate_Text_CostsOnlyTheRowsItTouches(string format, int mutations)
    {
        var (content, spans) = Written(format);
        var random = new Random(20261124);
        using var duck = ReadSource.Open();
        var refused = 0;
        for (var number = 0; number < mutations; number++)
        {
            var (mutated, from, to) = Mutate(content, random);
            var touched = Enumerable.Range(0, Rows).Where(row => from < spans[row].End + Margin(format) && to > spans[row].Start - Margin(format)).ToHashSet();
            try
            {
                var read = ReadSource.Of(duck, mutated);
                var users = read.Columns.ToList().IndexOf("user_id");
                // A mutated row may have both.
                var titles = read.Columns.Index().Where(column => column.Item is "title" or "items.title").Select(column => column.Index).ToList();
                var found = users < 0 ? [] : read.Rows.SelectMany(row => titles.Select(title => (row[users], row[title]))).ToHashSet();
                var lost = Enumerable.Range(0, Rows).Where(row => !touched.Contains(row) && !found.Contains((User(row), Title(row)))).ToList();
                if (from >= spans[0].Start)
                    Assert.True(lost.Count == 0, $"{format}, mutation {number} at bytes {from}–{to} lost the untouched rows {string.Join(", ", lost)}; faults: {string.Join("; ", read.Faults)}");
            }
            catch (UploadException exception)
            {
                // Only what stands before the first row, a header or an opening bracket, may cost the file.
                Assert.True(from < spans[0].Start, $"{format}, mutation {number} at bytes {from}–{to}: {exception.Message}");
                refused++;
            }
        }
        Assert.InRange(refused, 0, mutations / 4);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("zip")]
    public void Mutate_Packed_IsReadWholeOrRefusedByName(string packer)
    {
        var content = PackingTests.Pack(Written("csv").Content, packer);
        var expected = ReadSource.Of(content).Rows;
        var random = new Random(20261124);
        using var duck = ReadSource.Open();
        for (var number = 0; number < Mutations; number++)
        {
            try
            {
                var read = ReadSource.Of(duck, Mutate(content, random).Mutated);
                // Headers may hold bytes that mean nothing, such as a time; a damaged magic number leaves bytes that are no table.
                if (read.Format.Contains(packer, StringComparison.Ordinal) && packer != "zstd")
                    Assert.Equal(expected, read.Rows);
            }
            catch (UploadException exception)
            {
                Assert.StartsWith("file", exception.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Mutate_Parquet_KeepsTheOtherRowsOrIsRefusedByName()
    {
        var content = ParquetTests.Write($"SELECT 'u' || i AS user_id, i AS number, 'title ' || hash(i) AS title FROM range(2500) r(i)");
        var random = new Random(20261124);
        using var duck = ReadSource.Open();
        for (var number = 0; number < Mutations; number++)
        {
            try
            {
                var read = ReadSource.Of(duck, Mutate(content, random).Mutated);
                Assert.True(read.Rows.Count > 0 || read.Faults.Count > 0);
            }
            catch (UploadException exception)
            {
                Assert.StartsWith("file", exception.Message, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>A thousand mutations that leave a Parquet file's directory where it points to: a page costs at most its row group, all other rows are there as they were.</summary>
    [Theory]
    [InlineData("SELECT 'u' || i AS user_id, CAST(i AS VARCHAR) AS number, 'title ' || hash(i) AS title FROM range(2500) r(i)", 700)]
    [InlineData("SELECT 'u' || i AS user_id, [{'item_id': CAST(i AS VARCHAR), 'title': 'title ' || hash(i)}] AS items FROM range(2500) r(i)", 300)]
    public void Mutate_ParquetPages_CostsOnlyTheirRowGroup(string query, int mutations)
    {
        var content = ParquetTests.Write(query);
        var groups = ParquetTests.Groups(content);
        var random = new Random(20261124);
        using var duck = ReadSource.Open();
        var expected = ReadSource.Of(duck, content).Rows.ToDictionary(row => row[0]!, row => string.Join('|', row));
        var damaged = 0;
        for (var mutation = 0; mutation < mutations; mutation++)
        {
            var length = random.Next(1, 12);
            var at = random.Next((int)groups[0].From, (int)groups[^1].To - length);
            var mutated = content.ToArray();
            random.NextBytes(mutated.AsSpan(at, length));

            var read = ReadSource.Of(duck, mutated);

            var untouched = groups.Where(group => at + length <= group.From || at >= group.To).SelectMany(group => Enumerable.Range(group.First, group.Rows)).Select(row => $"u{row}").ToHashSet();
            var found = read.Rows.Where(row => row[0] is { } user && untouched.Contains(user)).GroupBy(row => row[0]!).ToDictionary(rows => rows.Key, rows => rows.Select(row => string.Join('|', row)).ToHashSet());
            var lost = untouched.Where(user => found.GetValueOrDefault(user)?.Contains(expected[user]) != true).ToList();
            Assert.True(lost.Count == 0, $"Mutation {mutation} at bytes {at}–{at + length} lost {lost.Count} untouched rows of {untouched.Count}, such as {string.Join(", ", lost.Take(3))}; faults: {read.Faults.Count}.");
            damaged += read.Faults.Count > 0 ? 1 : 0;
        }
        Assert.InRange(damaged, mutations / 20, mutations); // the mutations do some damage
    }

    /// <summary>Values that can be read as text, but mean nothing, must pass all checks, labels and statistics too.</summary>
    [Fact]
    public async Task Mutate_Values_OfAThousandRows_LeavesTheGoodOnes()
    {
        var random = new Random(20261124);
        var csv = new StringBuilder("user_id,item_id,timestamp,event_type,quantity,price,session_id,title\n");
        for (var row = 0; row < Mutations; row++)
        {
            var good = string.Create(CultureInfo.InvariantCulture, $"user{row % 50},p{row % 20},{1_700_000_000 + row * 600},view,1,9.99,s{row},Title {row % 20}");
            csv.Append(good).Append('\n').Append(Encoding.UTF8.GetString(Mutate(Encoding.UTF8.GetBytes(good), random).Mutated)).Append('\n');
            // Numbers and times at the edges of what fits.
            csv.Append(CultureInfo.InvariantCulture, $"odd{row},p1,{Edge(random)},purchase,{Edge(random)},{Edge(random)},s,t\n");
        }

        using var built = await BuiltFromCsv.EventsAsync(csv.ToString());

        var kept = built.Query(DatasetFiles.Events, "SELECT session_id, count(*) FROM {0} WHERE starts_with(user_id, 'user') GROUP BY session_id", row => row.GetString(0)).ToHashSet();
        Assert.Subset(kept, Enumerable.Range(0, Mutations).Select(row => $"s{row}").ToHashSet());
    }

    private static readonly string[] Edges =
    [
        "99999999999999999", "9223372036854775807", "-9223372036854775808", "1e308", "-1e308", "1e-320", "inf", "-Infinity", "nan", "0", "-0", "2147483648", "-2147483649", "99999999999.999", "290000-01-01",
        "0000-00-00", "-0001-12-31T23:59:59Z", "2024-02-30", "2024-01-01T25:61:61+99:99", "1,2,3", "€", "٣", "\u202E12",
    ];

    private static string Edge(Random random) => $"\"{Edges[random.Next(Edges.Length)]}\"";

    private static string User(int row) => string.Create(CultureInfo.InvariantCulture, $"user{row:D3}");

    private static string Title(int row) => row % 3 == 0 ? $"Größe, “{row}”" : row % 3 == 1 ? $"做父母一定要有心态{row}" : $"plain {row}";

    /// <summary>A mutation at a row's edge may join it with its neighbour.</summary>
    private static int Margin(string format) => format.Contains("utf-16", StringComparison.Ordinal) ? 6 : 3;

    private static (byte[] Content, IReadOnlyList<(int Start, int End)> Spans) Written(string format)
    {
        var encoding = format switch { "csv utf-16le" => Encoding.Unicode, "csv gb18030" => Encoding.GetEncoding("gb18030"), _ => Encoding.UTF8 };
        var end = format.Contains("crlf", StringComparison.Ordinal) ? "\r\n" : "\n";
        var delimiter = format.Contains("semicolon", StringComparison.Ordinal) ? ';' : ',';
        var (before, between, after) = format == "json array" ? ("[", ",", "]") : format.StartsWith("json", StringComparison.Ordinal) ? ("", "\n", "\n") : (string.Join(delimiter, "user_id", "item", "title", "time") + end, end, end);
        var content = new List<byte>(encoding.GetBytes(before));
        var spans = new List<(int, int)>();
        for (var row = 0; row < Rows; row++)
        {
            var start = content.Count;
            content.AddRange(encoding.GetBytes(Line(format, row, delimiter)));
            spans.Add((start, content.Count));
            content.AddRange(encoding.GetBytes(row == Rows - 1 ? after : between));
        }
        return ([.. content], spans);
    }

    private static string Line(string format, int row, char delimiter) => format switch
    {
        "json lines ga4" => $$$"""{"event_name":"view_item","user_id":"{{{User(row)}}}","event_params":[{"key":"ga_session_id","value":{"int_value":"{{{row}}}"}}],"items":[{"item_id":"p{{{row}}}","title":"{{{Title(row)}}}"}]}""",
        "json lines" or "json array" => $$"""{"user_id":"{{User(row)}}","item":"p{{row}}","title":"{{Title(row)}}","time":{{1_700_000_000 + row}}}""",
        "csv quoted" => $"\"{User(row)}\",\"p{row}\",\"{Title(row)}\",\"{1_700_000_000 + row}\"",
        _ => string.Join(delimiter, User(row), $"p{row}", Title(row).Contains(delimiter, StringComparison.Ordinal) ? $"\"{Title(row)}\"" : Title(row), 1_700_000_000 + row),
    };

    /// <returns>The bytes, and the stretch of the original that they no longer hold as it was.</returns>
    private static (byte[] Mutated, int From, int To) Mutate(byte[] content, Random random)
    {
        var at = random.Next(content.Length);
        var any = (byte)(random.Next(3) == 0 ? "\",\n\r{}[]\\:\0;"u8[random.Next(12)] : random.Next(256));
        var length = Math.Min(random.Next(1, 12), content.Length - at);
        return random.Next(5) switch
        {
            0 => ([.. content[..at], any, .. content[(at + 1)..]], at, at + 1),
            1 => ([.. content[..at], .. content[(at + 1)..]], at, at + 1),
            2 => ([.. content[..at], any, .. content[at..]], at, at),
            3 => ([.. content[..at], .. content[(at + length)..]], at, at + length),
            _ => ([.. content[..(at + length)], .. content[at..]], at, at + length),
        };
    }
}
