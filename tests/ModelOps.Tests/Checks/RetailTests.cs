using System.Globalization;
using ModelOps.Contracts.Datasets;

namespace ModelOps.Tests.Checks;

/// <summary>Ten months of a real shop, dirty as they are: each count of the report against one that plain code over the same files gives.</summary>
public sealed class RetailTests
{
    [Fact]
    public async Task Retail_EveryCheck_CountsWhatPlainCodeCounts()
    {
        var folder = RetailFolder();
        Assert.SkipWhen(folder is null, "../shared/data/retail is not there.");
        var files = Directory.GetFiles(folder, "*.csv").Order(StringComparer.Ordinal).ToList();
        using var version = await BuiltFromCsv.PathsAsync(files);

        var expected = new PlainRetailCounts(files);

        Assert.Equal(expected.Found.OrderBy(pair => pair.Key), version.Found.OrderBy(pair => pair.Key));
        Assert.Equal(new DatasetRows(expected.Read, expected.Kept, expected.Quarantined), version.Built.Rows);
        Assert.Equal(expected.Returned, version.Query(DatasetFiles.Events, "SELECT count(*) FROM {0} WHERE label_returned", row => row.GetInt64(0)).Single());
        Assert.DoesNotContain("personal-data", expected.Found.Keys); // the shop's customers are numbers; the next test plants some
    }

    [Fact]
    public async Task PersonalDetails_PlantedAmongRetailRows_CountWhatPlainCodeCounts()
    {
        var folder = Directory.CreateTempSubdirectory("modelops-retail-");
        try
        {
            var path = Path.Combine(folder.FullName, "2010-12-01.csv");
            await File.WriteAllTextAsync(path, "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n" + string.Concat(PlantedRows.Index().Select(row =>
                $"{row.Item.Invoice},8{row.Index:0000},{row.Item.Title},1,2010-12-01 08:{row.Index:00}:00,2.55,{row.Item.User},United Kingdom\n")));
            using var version = await BuiltFromCsv.PathsAsync([path]);

            var expected = new PlainRetailCounts([path]);

            Assert.Equal(PlantedRows.Count(row => row.IsPersonal), expected.Found["personal-data"]);
            Assert.Equal(expected.Found["personal-data"], version.Check("personal-data").Rows);
            var written = string.Join('\n', version.Built.Files.Where(file => file.EndsWith(".parquet", StringComparison.Ordinal)).SelectMany(file => version.Query(Path.GetFileName(file), "SELECT CAST(to_json(t) AS VARCHAR) FROM {0} t", row => row.GetString(0))));
            Assert.All(new[] { "ann@example.com", "020 7946", "4111 1111", "5500005555555559", "11010519491231002X" }, detail => Assert.DoesNotContain(detail, written, StringComparison.Ordinal));
            Assert.All(new[] { "user_id", "session_id" }, column => Assert.Single(version.Query(DatasetFiles.Events, $"SELECT {column} FROM {{0}} WHERE contains({column}, ':')", row => row.GetString(0)).Distinct()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A detail of each kind that ids and titles are looked through for, and beside each one that is not quite one.</summary>
    private static readonly IReadOnlyList<(string Invoice, string Title, string User, bool IsPersonal)> PlantedRows =
    [
        ("536365", "WHITE METAL LANTERN", "ann@example.com", true),
        ("536366", "WHITE METAL LANTERN @ 2.55", "17850", false),
        ("536367", "CALL +44 20 7946 0018 TO COLLECT", "17850", true),
        ("536368", "CALL (020) 7946 0018", "17850", true),
        ("536369", "SET 10 CARDS 12 DAYS WRAP  17058", "17850", false),
        ("536370", "PAID BY 4111 1111 1111 1111", "17850", true),
        ("536371", "PAID BY 4111111111111112", "17850", false),
        ("5500005555555559", "RED WOOLLY HOTTIE", "17850", true),
        ("536373", "COLLECTED BY 11010519491231002X", "17850", true),
        ("536374", "COLLECTED BY 110105194912310021", "17850", false),
        ("536375", "Not rcvd in 10/11/2010 delivery", "17850", false),
        ("536376", "Bring to 12 Baker Street", "17850", false), // streets are looked for in what people write, not in titles: DetectorsTests
    ];

    internal static string? RetailFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data", "retail");
            if (Directory.Exists(candidate))
                return candidate;
        }
        return null;
    }
}

/// <summary>The checks by loops and dictionaries, as one would write them on paper.</summary>
internal sealed class PlainRetailCounts
{
    private sealed record Row(int File, string? User, string? Item, DateTime? Time, int? Quantity, double? Price, string? Invoice, string? Title)
    {
        public bool IsCancellation => Quantity < 0 || (Invoice is { Length: > 1 } && Invoice[0] == 'C' && Invoice[1..].All(char.IsAsciiDigit));
    }

    private readonly List<Row> rows = [];

    public PlainRetailCounts(IReadOnlyList<string> files)
    {
        for (var file = 0; file < files.Count; file++)
            ReadFile(file, files[file]);

        var service = ServiceCodes();
        var usual = rows.Where(r => r.Price > 0 && r.Item is not null).GroupBy(r => r.Item!)
            .Where(g => g.Count() >= 5).ToDictionary(g => g.Key, g => g.Sum(r => (long)Math.Round(Math.Log(r.Price!.Value) * 1e6, MidpointRounding.AwayFromZero)) / (double)g.Count() / 1e6);
        var repeated = Repeated();
        var (returned, matched) = Returns();
        var nearRepeated = NearRepeated();
        var late = rows.Zip(rows.Skip(1)).Count(pair => pair.First.File == pair.Second.File && pair.Second.Time < pair.First.Time);

        foreach (var (row, index) in rows.Select((row, index) => (row, index)))
        {
            var quarantined = Count("missing-user", row.User is null) | Count("missing-item", row.Item is null) | Count("unreadable-time", row.Time is null)
                | Count("ancient-time", row.Time < new DateTime(1990, 1, 1)) | Count("future-time", row.Time > BuiltFromCsv.Now.UtcDateTime.AddDays(1))
                | Count("unreadable-quantity", row.Quantity is null) | Count("cancellation", row.IsCancellation)
                | Count("unmatched-cancellation", row.IsCancellation && !matched.Contains(index)) | Count("service-code", row.Item is not null && service.Contains(row.Item));
            Count("zero-price", row.Price <= 0);
            Count("lost-character", row.Title?.Contains('\uFFFD') == true);
            Count("mojibake", row.Title is { } title && Decoded(title) != title);
            Count("personal-data", PlainPersonalDetails.IsIn(row.User) || PlainPersonalDetails.IsIn(row.Invoice) || PlainPersonalDetails.IsIn(row.Title));
            Count("outlier-price", row.Price > 0 && row.Item is not null && usual.TryGetValue(row.Item, out var price) && Math.Abs(Math.Log(row.Price.Value) - price) > Math.Log(10));
            Count("returned-purchase", returned.Contains(index));
            var dropped = Count("exact-duplicate", repeated.Contains(index)) | Count("near-duplicate", nearRepeated.Contains(index));
            Kept += dropped || quarantined ? 0 : 1;
            Quarantined += quarantined && !dropped ? 1 : 0;
            Returned += returnedAt.TryGetValue(index, out var at) && at <= row.Time!.Value.AddDays(30) && !dropped && !quarantined ? 1 : 0;
        }
        Found["time-order"] = late;
        Found["numeric-ids"] = NumericIds;
        var titles = rows.Where(r => r.Item is not null && r.Title is not null).GroupBy(r => r.Item!).ToDictionary(g => g.Key, g => g.GroupBy(r => r.Title!).ToDictionary(t => t.Key, t => t.Count()));
        Found["several-titles"] = titles.Count(item => item.Value.Count > 1);
        Found["several-ids"] = titles.Select(item => item.Value.OrderByDescending(t => t.Value).ThenBy(t => t.Key, StringComparer.Ordinal).First().Key).GroupBy(Plain).Count(g => g.Count() > 1);
        // Not to be found in these files: they have neither a catalogue nor an event's name, every row is a purchase (which no bot is told by), and every price is a number and every time without a zone (else they would not be read below).
        foreach (var none in Found.Where(pair => pair.Value == 0).Select(pair => pair.Key).ToList())
            Found.Remove(none);
    }

    public Dictionary<string, long> Found { get; } = [];

    public long Read => rows.Count;

    public long Kept { get; }

    public long Quarantined { get; }

    public long Returned { get; }

    private long NumericIds { get; set; }

    private readonly Dictionary<int, DateTime> returnedAt = [];

    private bool Count(string check, bool found)
    {
        Found[check] = Found.GetValueOrDefault(check) + (found ? 1 : 0);
        return found;
    }

    private HashSet<string> ServiceCodes()
    {
        var items = rows.Select(r => r.Item).OfType<string>().Distinct().ToList();
        return items.Count(item => item.Any(char.IsAsciiDigit)) > .95 * items.Count ? [.. items.Where(item => !item.Any(char.IsAsciiDigit))] : [];
    }

    private HashSet<int> Repeated()
    {
        var seen = new HashSet<Row>();
        return [.. rows.Select((row, index) => (Row: row with { File = 0 }, index)).Where(r => !seen.Add(r.Row)).Select(r => r.index)];
    }

    private HashSet<int> NearRepeated()
    {
        var last = new Dictionary<Row, DateTime>();
        var found = new HashSet<int>();
        foreach (var (row, index) in rows.Select((row, index) => (row, index)).Where(r => r.row.Time is not null).OrderBy(r => r.row.Time).ThenBy(r => r.index))
        {
            var key = row with { File = 0, Time = null };
            if (last.TryGetValue(key, out var before) && row.Time > before && row.Time <= before.AddSeconds(2))
                found.Add(index);
            last[key] = row.Time!.Value;
        }
        return found;
    }

    private (HashSet<int> Returned, HashSet<int> Matched) Returns()
    {
        var purchases = rows.Select((row, index) => (row, index)).Where(p => p.row is { User: not null, Item: not null, Time: not null, Quantity: > 0 } && !p.row.IsCancellation)
            .ToLookup(p => (p.row.User, p.row.Item));
        HashSet<int> returned = [], matched = [];
        var left = rows.Select(row => row.Quantity ?? 0).ToArray();
        foreach (var (back, index) in rows.Select((row, index) => (row, index)).Where(b => b.row is { User: not null, Item: not null, Time: not null, Quantity: not null } && b.row.IsCancellation).OrderBy(b => b.row.Time).ThenBy(b => b.index))
        {
            var quantity = Math.Abs(back.Quantity!.Value);
            var candidates = purchases[(back.User, back.Item)].Where(p => p.row.Time <= back.Time && left[p.index] > 0 && left[p.index] >= quantity).ToList();
            if (candidates.Count == 0)
                continue;
            matched.Add(index);
            var purchase = candidates.OrderBy(p => left[p.index] == quantity).ThenBy(p => p.row.Time).ThenByDescending(p => p.index).Last().index;
            left[purchase] -= quantity;
            returned.Add(purchase);
            if (!returnedAt.TryGetValue(purchase, out var before) || back.Time < before)
                returnedAt[purchase] = back.Time!.Value;
        }
        return (returned, matched);
    }

    private void ReadFile(int file, string path)
    {
        foreach (var fields in Csv(File.ReadAllText(path)).Skip(1))
        {
            string? Field(int i) => fields[i].Trim() is { Length: > 0 } text ? text : null;
            var user = Field(6);
            if (user is not null && user.EndsWith(".0", StringComparison.Ordinal))
            {
                NumericIds++;
                user = user[..^2];
            }
            rows.Add(new Row(file, user, Field(1), Field(4) is { } time ? DateTime.ParseExact(time, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : null,
                Field(3) is { } quantity ? int.Parse(quantity, CultureInfo.InvariantCulture) : 1, Field(5) is { } price ? double.Parse(price, CultureInfo.InvariantCulture) : null, Field(0), Field(2)));
        }
    }

    private static IEnumerable<List<string>> Csv(string text)
    {
        var (fields, field, quoted) = (new List<string>(), new System.Text.StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
                field.Append(text[++i]);
            else if (c == '"')
                quoted = !quoted;
            else if (!quoted && c is ',' or '\n')
            {
                fields.Add(field.ToString().TrimEnd('\r'));
                field.Clear();
                if (c == '\n')
                {
                    yield return fields;
                    fields = [];
                }
            }
            else
                field.Append(c);
        }
        if (field.Length > 0 || fields.Count > 0)
            yield return [.. fields, field.ToString().TrimEnd('\r')];
    }

    /// <summary>What a title says if it is UTF-8 that was read as Windows-1252, else the title.</summary>
    private static string Decoded(string title)
    {
        try
        {
            var windows = System.Text.CodePagesEncodingProvider.Instance.GetEncoding(1252, System.Text.EncoderFallback.ExceptionFallback, System.Text.DecoderFallback.ExceptionFallback)!;
            return new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true).GetString(windows.GetBytes(title));
        }
        catch (Exception exception) when (exception is System.Text.EncoderFallbackException or System.Text.DecoderFallbackException)
        {
            return title;
        }
    }

    private static string Plain(string title)
    {
        var result = new System.Text.StringBuilder();
        foreach (var c in title.ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(c))
                result.Append(c);
            else if (result.Length == 0 || result[^1] != ' ')
                result.Append(' ');
        }
        return result.ToString().Trim();
    }
}
