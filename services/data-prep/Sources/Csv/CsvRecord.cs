using System.Buffers;

namespace ModelOps.DataPrep.Sources.Csv;

/// <summary>A field's place in the record: the bytes between the delimiters, without its quotes.</summary>
internal readonly record struct CsvField(int Start, int Length, bool IsQuoted, bool HasEscapes);

/// <summary>
/// Splits one record off the front of a block. A parser of our own, because the libraries either fail at the first stray quote or
/// read on to the next one and take the good rows between them along; this one says exactly what is wrong and where, so that the
/// reader can go on with the next line.
/// </summary>
internal sealed class CsvRecord
{
    private readonly CsvDialect dialect;
    private readonly SearchValues<byte> ends;
    private readonly SearchValues<byte> inQuotes;

    public CsvRecord(CsvDialect dialect)
    {
        this.dialect = dialect;
        ends = SearchValues.Create(dialect.LoneReturns ? [dialect.Delimiter, (byte)'\n', (byte)'\r'] : [dialect.Delimiter, (byte)'\n']);
        inQuotes = SearchValues.Create([dialect.Quote, dialect.Escape]);
    }

    public List<CsvField> Fields { get; } = [];

    /// <summary>Bytes up to and with the line end.</summary>
    public int Length { get; private set; }

    /// <summary>The field at which a fault was found, from 0.</summary>
    public int FaultField => Fields.Count;

    /// <returns>Null when a record was read, <see cref="More"/> when the block ends before it does, else the fault.</returns>
    public string? Parse(ReadOnlySpan<byte> block, bool isLast)
    {
        Fields.Clear();
        var at = 0;
        while (true)
        {
            var start = at;
            var quoted = QuoteAt(block, at);
            var fault = quoted < 0 ? null : ParseQuoted(block, quoted, isLast, ref at);
            if (fault is More || (fault is not null && quoted == start))
                return fault;
            if (quoted < 0 || fault is not null) // a quote after blanks that turns out to be none is text
            {
                var length = block[at..].IndexOfAny(ends);
                if (length < 0 && !isLast)
                    return More;
                at = length < 0 ? block.Length : at + length;
                Fields.Add(new CsvField(start, at - start, false, false));
            }
            if (at < block.Length && block[at] == dialect.Delimiter)
            {
                at++;
                continue;
            }
            return End(block, at, isLast);
        }
    }

    /// <summary>The block ends before the record does.</summary>
    public const string More = "more";

    /// <summary>Where the field's opening quote is, or -1. Blanks before it are tolerated.</summary>
    private int QuoteAt(ReadOnlySpan<byte> block, int at)
    {
        while (at < block.Length && block[at] == ' ' && dialect.Delimiter != ' ')
            at++;
        return at < block.Length && block[at] == dialect.Quote ? at : -1;
    }

    private string? ParseQuoted(ReadOnlySpan<byte> block, int quote, bool isLast, ref int at)
    {
        var start = quote + 1;
        var escapes = false;
        for (var i = start; ;)
        {
            var found = block[i..].IndexOfAny(inQuotes);
            if (found < 0 || (i + found + 1 == block.Length && !isLast))
                return isLast ? RowFault.UnclosedQuote : More;
            i += found;
            var isEscape = block[i] == dialect.Escape && i + 1 < block.Length && (block[i + 1] == dialect.Quote || dialect.Escape != dialect.Quote);
            if (isEscape)
            {
                escapes = true;
                i += 2;
                continue;
            }
            if (block[i] != dialect.Quote)
                return RowFault.UnclosedQuote;
            var after = i + 1;
            while (after < block.Length && block[after] == ' ' && dialect.Delimiter != ' ')
                after++;
            if (after == block.Length && !isLast)
                return More;
            if (after < block.Length && block[after] != dialect.Delimiter && block[after] is not ((byte)'\n' or (byte)'\r'))
                return RowFault.TextAfterQuote;
            Fields.Add(new CsvField(start, i - start, true, escapes));
            at = after;
            return null;
        }
    }

    /// <summary>Takes the line end off: LF, CR LF, or CR where the dialect has it. A carriage return before LF is no part of the field.</summary>
    private string? End(ReadOnlySpan<byte> block, int at, bool isLast)
    {
        if (at < block.Length && block[at] == '\r')
        {
            if (at + 1 == block.Length && !isLast)
                return More;
            at += at + 1 < block.Length && block[at + 1] == '\n' ? 2 : 1;
        }
        else
        {
            var last = Fields[^1];
            if (!last.IsQuoted && last.Length > 0 && block[last.Start + last.Length - 1] == '\r')
                Fields[^1] = last with { Length = last.Length - 1 };
            at += at < block.Length ? 1 : 0;
        }
        Length = at;
        return null;
    }
}
