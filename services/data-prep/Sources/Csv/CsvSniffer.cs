namespace ModelOps.DataPrep.Sources.Csv;

/// <summary>Finds out a CSV file's dialect from its beginning: the one under which most records have as many fields as the header.</summary>
internal static class CsvSniffer
{
    private const int MostRecords = 500;
    private const int LongestPreamble = 20;
    private static readonly byte[] Delimiters = [.. ",;\t|"u8, .. ":^~"u8, 0x01];

    private static readonly (byte Quote, byte Escape)[] Quotings = [((byte)'"', (byte)'"'), ((byte)'"', (byte)'\\'), ((byte)'\'', (byte)'\'')];

    /// <returns>The dialect, the number of fields, and how many lines stand before the header.</returns>
    public static (CsvDialect Dialect, int Columns, int Preamble) Sniff(byte[] sample)
    {
        var loneReturns = HasLoneReturns(sample);
        var best = (Dialect: new CsvDialect(CsvDialect.NoDelimiter, LoneReturns: loneReturns), Columns: 1, Preamble: 0, Score: .0);
        foreach (var (quote, escape) in Quotings.Where(quoting => IsUsed(sample, quoting)))
        {
            foreach (var delimiter in Delimiters)
            {
                var dialect = new CsvDialect(delimiter, quote, escape, loneReturns);
                var (columns, preamble, score) = Judge(sample, dialect);
                // The usual quoting comes first and is given up only for something clearly better.
                if (score > best.Score + .02 || (score > best.Score && dialect.Quote == best.Dialect.Quote && dialect.Escape == best.Dialect.Escape))
                    best = (dialect, columns, preamble, score);
            }
        }
        return (best.Dialect, best.Columns, best.Preamble);
    }

    /// <summary>A text with double quotes has no other quote; it escapes with backslashes only where one stands before a quote.</summary>
    private static bool IsUsed(ReadOnlySpan<byte> sample, (byte Quote, byte Escape) quoting) => quoting switch
    {
        { Escape: (byte)'\\' } => sample.IndexOf("\\\""u8) >= 0,
        { Quote: (byte)'\'' } => !sample.Contains((byte)'"'),
        _ => true,
    };

    private static (int Columns, int Preamble, double Score) Judge(byte[] sample, CsvDialect dialect)
    {
        var reader = new CsvReader(new MemoryStream(sample), dialect, columns: 0);
        var widths = new List<int>();
        while (widths.Count < MostRecords && reader.Read())
            widths.Add(reader.Fault is null ? reader.Fields.Count : 0);
        var usual = widths.Where(width => width > 1).GroupBy(width => width).OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key).FirstOrDefault();
        if (usual is null)
            return (1, 0, 0);
        var preamble = widths.IndexOf(usual.Key);
        // One column of text has no comma in its header, and one or another number of them in some of its lines.
        var isTable = preamble == 0 || (preamble <= LongestPreamble && usual.Count() > 1 && usual.Count() * 2 > widths.Count - preamble);
        if (!isTable)
            return (1, 0, 0);
        // A header of its own width is a better sign than any row: decimal commas are as regular as delimiters.
        var header = preamble == 0 ? 1 : .5;
        return (usual.Key, preamble, header * usual.Count() / widths.Count + .0001 * Math.Min(usual.Key, 50));
    }

    private static bool HasLoneReturns(ReadOnlySpan<byte> sample)
    {
        var (returns, pairs, feeds) = (sample.Count((byte)'\r'), sample.Count("\r\n"u8), sample.Count((byte)'\n'));
        return (returns - pairs) * 10 > feeds;
    }
}
