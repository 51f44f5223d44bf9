using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace ModelOps.DataPrep.Sources.Json;

/// <summary>
/// Reads the objects of a JSON stream, one at a time: of an array, of JSON Lines, or one after another. An object that cannot be
/// read costs itself: the next one is looked for where an object of the kind may begin.
/// </summary>
/// <param name="lines">True for JSON Lines: an object begins with a line.</param>
/// <param name="wrapping">Bytes to pass over where the array lies within an object; the reader ends with that array.</param>
internal sealed class JsonReader(Stream utf8, bool lines, int wrapping = 0)
{
    /// <summary>In bytes. A longer object is a fault.</summary>
    public const int LongestObject = 16 << 20;

    private const int InitialBuffer = 256 * 1024;
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static readonly SearchValues<byte> Separators = SearchValues.Create(" \t\r\n,[]"u8);

    private readonly HashSet<string> firstNames = [];
    private byte[] buffer = new byte[InitialBuffer];
    private int start;
    private int end;
    private int length;
    private long lineFeeds;
    private long count;
    private bool ended;

    /// <summary>In JSON Lines the line on which the object begins, else the object's number; from 1.</summary>
    public long Row { get; private set; }

    /// <summary>What is wrong with the object; null when it was read.</summary>
    public string? Fault { get; private set; }

    /// <summary>Where within the object it went wrong, in bytes from its beginning.</summary>
    public long FaultAt { get; private set; }

    public ReadOnlyMemory<byte> Raw => buffer.AsMemory(start, length);

    public bool Read()
    {
        Pass(length);
        length = 0;
        Fault = null;
        if (Row == 0 && wrapping > 0)
        {
            Fill();
            Pass(wrapping);
        }
        if (SkipSeparators() is not { } first)
            return false;
        Row = lines ? lineFeeds + 1 : count + 1;
        if (first != '{')
            GiveUp(RowFault.BrokenJson, 0);
        else
            ReadObject();
        count++;
        return true;
    }

    private void ReadObject()
    {
        while (true)
        {
            var block = buffer.AsSpan(start, end - start);
            var reader = new Utf8JsonReader(block, isFinalBlock: ended, new JsonReaderState(Options));
            try
            {
                if (reader.Read() && reader.TrySkip())
                {
                    length = (int)reader.BytesConsumed;
                    if (Utf8.IsValid(block[..length]))
                        Remember(block);
                    else
                        (Fault, FaultAt) = (RowFault.BrokenEncoding, FirstBroken(block[..length]));
                    return;
                }
            }
            catch (JsonException exception)
            {
                GiveUp(Utf8.IsValid(block[..Math.Min(block.Length, (int)reader.BytesConsumed + 1)]) ? RowFault.BrokenJson : RowFault.BrokenEncoding, Position(block, exception));
                return;
            }
            if (!Fill())
            {
                if (ended)
                    continue; // the final block says what is missing
                GiveUp(RowFault.RowTooLong, end - start);
                return;
            }
        }
    }

    /// <summary>Passes over what cannot be read, up to where the next object may begin.</summary>
    private void GiveUp(string fault, long at)
    {
        (Fault, FaultAt) = (fault, at);
        length = 1;
        while (true)
        {
            var block = buffer.AsSpan(start, end - start);
            var next = NextObject(block);
            if (next > 0)
            {
                length = next;
                return;
            }
            if (ended)
            {
                length = block.Length;
                return;
            }
            if (end - start < InitialBuffer / 2)
            {
                Fill();
                continue;
            }
            // Nothing here begins an object: it goes, but for the end, where a name may be cut through.
            var passed = Math.Max(1, block.Length - 1024);
            Pass(passed);
            length = 0;
            if (!Fill() && !ended)
                return;
        }
    }

    /// <summary>
    /// The next place after the first byte at which an object begins: in JSON Lines after a line end; else after a comma, bracket or
    /// line end, with a first property that earlier objects began with, so that the objects within a broken one are not taken for rows.
    /// </summary>
    private int NextObject(ReadOnlySpan<byte> block)
    {
        for (var at = 1; at < block.Length; at++)
        {
            var brace = block[at..].IndexOf((byte)'{');
            if (brace < 0)
                return -1;
            at += brace;
            var before = block[..at].TrimEnd(" \t"u8);
            var previous = before.IsEmpty ? (byte)0 : before[^1];
            var mayBegin = lines ? previous is (byte)'\n' or (byte)'\r' : previous is (byte)',' or (byte)'[' or (byte)'\n' or (byte)'\r' or (byte)'}';
            if (mayBegin && (firstNames.Count == 0 || FirstName(block[at..]) is not { } name || firstNames.Contains(name)))
                return at;
        }
        return -1;
    }

    private void Remember(ReadOnlySpan<byte> block)
    {
        if (firstNames.Count < 64 && FirstName(block) is { } name)
            firstNames.Add(name);
    }

    private static string? FirstName(ReadOnlySpan<byte> block)
    {
        var reader = new Utf8JsonReader(block[..Math.Min(block.Length, 1024)], isFinalBlock: false, new JsonReaderState(Options));
        try
        {
            return reader.Read() && reader.Read() && reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return "";
        }
    }

    /// <summary>Goes to the next byte that is neither blank, comma nor the bracket around the objects.</summary>
    private byte? SkipSeparators()
    {
        while (true)
        {
            var block = buffer.AsSpan(start, end - start);
            var at = block.IndexOfAnyExcept(Separators);
            var isClosed = block[..(at < 0 ? block.Length : at)].Contains((byte)']');
            Pass(at < 0 ? block.Length : at);
            if (at >= 0)
                return wrapping > 0 && isClosed && buffer[start] != '{' ? null : buffer[start];
            if (!Fill())
                return null;
        }
    }

    private void Pass(int bytes)
    {
        lineFeeds += buffer.AsSpan(start, bytes).Count((byte)'\n');
        start += bytes;
    }

    private static long Position(ReadOnlySpan<byte> block, JsonException exception)
    {
        long at = 0;
        for (var line = exception.LineNumber ?? 0; line > 0; line--)
            at += block[(int)at..].IndexOf((byte)'\n') + 1;
        return at + (exception.BytePositionInLine ?? 0);
    }

    private static int FirstBroken(ReadOnlySpan<byte> block)
    {
        var at = 0;
        while (at < block.Length && System.Text.Rune.DecodeFromUtf8(block[at..], out _, out var bytes) == OperationStatus.Done)
            at += bytes;
        return at;
    }

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
            if (end >= LongestObject)
                return false;
            Array.Resize(ref buffer, buffer.Length * 2);
        }
        var read = utf8.Read(buffer, end, buffer.Length - end);
        ended = read == 0;
        end += read;
        return read > 0;
    }
}
