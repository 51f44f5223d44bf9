using System.Buffers;
using System.Buffers.Text;

namespace ModelOps.DataPrep.Sources.Csv;

/// <summary>Writes the one dialect that DuckDB is given: UTF-8, commas, RFC 4180 quotes, LF.</summary>
internal sealed class CsvWriter(string path) : IDisposable
{
    private const int FlushAt = 512 * 1024;
    private static readonly SearchValues<byte> NeedQuotes = SearchValues.Create(",\"\n\r"u8);

    private readonly FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
    private readonly ArrayBufferWriter<byte> pending = new(FlushAt * 2);
    private bool hasField;

    /// <summary>What was written so far.</summary>
    public long Bytes => file.Position + pending.WrittenCount;

    public void Number(long value)
    {
        Separate();
        Utf8Formatter.TryFormat(value, pending.GetSpan(20), out var written);
        pending.Advance(written);
    }

    public void Text(ReadOnlySpan<char> value)
    {
        var bytes = new byte[System.Text.Encoding.UTF8.GetMaxByteCount(value.Length)];
        Text(bytes.AsSpan(0, System.Text.Encoding.UTF8.GetBytes(value, bytes)));
    }

    public void Text(ReadOnlySpan<byte> utf8)
    {
        Separate();
        if (!utf8.ContainsAny(NeedQuotes) && (utf8.IsEmpty || utf8[0] != ' '))
        {
            pending.Write(utf8);
            return;
        }
        pending.Write("\""u8);
        for (int quote; (quote = utf8.IndexOf((byte)'"')) >= 0; utf8 = utf8[(quote + 1)..])
        {
            pending.Write(utf8[..(quote + 1)]);
            pending.Write("\""u8);
        }
        pending.Write(utf8);
        pending.Write("\""u8);
    }

    /// <summary>A field of a record that was read, its escapes turned into doubled quotes.</summary>
    public void Field(ReadOnlySpan<byte> bytes, CsvField field, CsvDialect dialect)
    {
        if (!field.HasEscapes)
        {
            Text(bytes);
            return;
        }
        var plain = new byte[bytes.Length];
        Text(plain.AsSpan(0, Unescape(bytes, plain, dialect)));
    }

    public void EndRow()
    {
        pending.Write("\n"u8);
        hasField = false;
        if (pending.WrittenCount >= FlushAt)
            Flush();
    }

    internal static int Unescape(ReadOnlySpan<byte> bytes, Span<byte> plain, CsvDialect dialect)
    {
        var written = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == dialect.Escape && i + 1 < bytes.Length)
                i++;
            plain[written++] = bytes[i];
        }
        return written;
    }

    private void Separate()
    {
        if (hasField)
            pending.Write(","u8);
        hasField = true;
    }

    private void Flush()
    {
        file.Write(pending.WrittenSpan);
        pending.ResetWrittenCount();
    }

    public void Dispose()
    {
        if (file.CanWrite)
            Flush();
        file.Dispose();
    }
}
