using System.Buffers;

namespace ModelOps.DataPrep.Sources;

/// <summary>What a file is, by its bytes; what it is called does not matter.</summary>
internal enum FileFormat
{
    Csv,
    Json,
    Parquet,
}

internal static class FileFormats
{
    private static readonly SearchValues<byte> Blank = SearchValues.Create(" \t\r\n"u8);

    public static bool IsParquet(ReadOnlySpan<byte> first) => first.StartsWith("PAR1"u8);

    /// <summary>Tells JSON from CSV by how the text begins: <c>{"</c>, <c>[{</c> or <c>[]</c>.</summary>
    public static FileFormat OfText(ReadOnlySpan<byte> text)
    {
        var begin = AfterBlanks(text);
        if (begin.IsEmpty || begin[0] is not ((byte)'{' or (byte)'['))
            return AreJsonLines(text) ? FileFormat.Json : FileFormat.Csv;
        var next = AfterBlanks(begin[1..]);
        var isJson = begin[0] == '{' ? next.IsEmpty || next[0] is (byte)'"' or (byte)'}' : next.IsEmpty || next[0] is (byte)'{' or (byte)']';
        return isJson ? FileFormat.Json : FileFormat.Csv;
    }

    /// <summary>JSON Lines whose first line is damaged.</summary>
    private static bool AreJsonLines(ReadOnlySpan<byte> text)
    {
        var (lines, objects) = (0, 0);
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range].Trim(" \t\r"u8);
            lines++;
            objects += line.StartsWith("{\""u8) && line.EndsWith("}"u8) ? 1 : 0;
        }
        return objects * 2 > lines;
    }

    private static ReadOnlySpan<byte> AfterBlanks(ReadOnlySpan<byte> text)
    {
        var at = text.IndexOfAnyExcept(Blank);
        return at < 0 ? [] : text[at..];
    }
}
