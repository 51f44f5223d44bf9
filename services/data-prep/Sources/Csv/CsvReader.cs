using System.Text.Unicode;

namespace ModelOps.DataPrep.Sources.Csv;

/// <summary>
/// Reads the records of a CSV stream (UTF-8), one at a time. A record that cannot be read costs its first line and no more: the
/// next one is looked for right after it, so a quote that never closes does not take the rows behind it along.
/// </summary>
internal sealed class CsvReader(Stream utf8, CsvDialect dialect, int columns)
{
    /// <summary>In bytes. A longer record is a fault.</summary>
    public const int LongestRecord = 1 << 20;

    private const int InitialBuffer = 256 * 1024;

    private readonly CsvRecord record = new(dialect);
    private byte[] buffer = new byte[InitialBuffer];
    private int start;
    private int end;
    private int length;
    private long lines;
    private bool ended;

    /// <summary>The line on which the record begins, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>What is wrong with the record; null when it was read.</summary>
    public string? Fault { get; private set; }

    /// <summary>The field at which it went wrong, from 0.</summary>
    public int FaultField { get; private set; }

    public IReadOnlyList<CsvField> Fields => record.Fields;

    /// <summary>The record's bytes with its line end, or the line that was given up.</summary>
    public ReadOnlySpan<byte> Raw => buffer.AsSpan(start, length);

    public ReadOnlySpan<byte> Bytes(CsvField field) => buffer.AsSpan(start + field.Start, field.Length);

    /// <summary>Goes to the next record, readable or not; blank lines are passed over.</summary>
    public bool Read()
    {
        do
        {
            start += length;
            length = 0;
            Line = lines + 1;
            if (start == end && !Fill())
                return false;
            ReadRecord();
        }
        while (Fault is null && record.Fields is [{ Length: 0, IsQuoted: false }]);
        return true;
    }

    private void ReadRecord()
    {
        while (true)
        {
            var block = buffer.AsSpan(start, end - start);
            var fault = record.Parse(block, ended);
            if (fault is CsvRecord.More)
            {
                if (Fill())
                    continue;
                fault = ended ? record.Parse(buffer.AsSpan(start, end - start), true) : LineLength() < 0 ? RowFault.RowTooLong : RowFault.UnclosedQuote;
            }
            (Fault, FaultField) = fault is null ? Judge() : (fault, record.FaultField);
            if (Fault is null)
                Take(record.Length);
            else
                TakeLine();
            return;
        }
    }

    private (string? Fault, int Field) Judge()
    {
        var raw = buffer.AsSpan(start, record.Length);
        if (!Utf8.IsValid(raw) || raw.Contains((byte)0))
            return (RowFault.BrokenEncoding, BrokenField());
        if (columns == 0 || record.Fields is [{ Length: 0 }])
            return (null, 0);
        if (record.Fields.Count < columns)
            return (RowFault.TooFewColumns, record.Fields.Count);
        // A delimiter at the end of each line is common and harmless.
        while (record.Fields.Count > columns && record.Fields[^1].Length == 0)
            record.Fields.RemoveAt(record.Fields.Count - 1);
        return record.Fields.Count > columns ? (RowFault.TooManyColumns, columns) : (null, 0);
    }

    private int BrokenField() =>
        Math.Max(0, record.Fields.FindIndex(field => !Utf8.IsValid(buffer.AsSpan(start + field.Start, field.Length)) || buffer.AsSpan(start + field.Start, field.Length).Contains((byte)0)));

    private void Take(int bytes)
    {
        length = bytes;
        lines += Math.Max(1, LinesIn(Raw));
    }

    /// <summary>Gives up the first line of what is there, whatever it holds.</summary>
    private void TakeLine()
    {
        int line;
        while ((line = LineLength()) < 0 && Fill())
        {
        }
        if (line >= 0 || ended)
        {
            Take(line >= 0 ? line : end - start);
            return;
        }
        // The line is longer than the buffer: its rest is passed over.
        while (line < 0)
        {
            start = end = 0;
            if (!Fill())
            {
                lines++;
                return;
            }
            line = LineLength();
        }
        start += line;
        lines++;
    }

    /// <summary>Bytes of the first line with its end, or -1 when the end is not there yet.</summary>
    private int LineLength()
    {
        var block = buffer.AsSpan(start, end - start);
        if (!dialect.LoneReturns)
            return block.IndexOf((byte)'\n') + 1 is > 0 and var feed ? feed : -1;
        var at = block.IndexOfAny((byte)'\n', (byte)'\r');
        if (at < 0 || (at + 1 == block.Length && !ended && block[at] == '\r'))
            return -1;
        return block[at] == '\r' && at + 1 < block.Length && block[at + 1] == '\n' ? at + 2 : at + 1;
    }

    private int LinesIn(ReadOnlySpan<byte> raw) =>
        raw.Count((byte)'\n') + (dialect.LoneReturns ? raw.Count((byte)'\r') - raw.Count("\r\n"u8) : 0);

    /// <summary>Brings more bytes; false at the end of the file, or when a record fills the largest buffer.</summary>
    private bool Fill()
    {
        if (ended)
            return false;
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }
        if (end == buffer.Length)
        {
            if (end >= LongestRecord)
                return false;
            Array.Resize(ref buffer, buffer.Length * 2);
        }
        var read = utf8.Read(buffer, end, buffer.Length - end);
        ended = read == 0;
        end += read;
        return read > 0;
    }
}
