using DuckDB.NET.Data;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Sources.Csv;
using ModelOps.DataPrep.Sources.Encodings;
using ModelOps.DataPrep.Sources.Json;
using ModelOps.DataPrep.Sources.Packing;

namespace ModelOps.DataPrep.Sources;

/// <summary>Finds out how a file is packed, encoded and written, and makes it readable for DuckDB; streaming, whatever its size.</summary>
internal static class SourceReader
{
    private const int SampleSize = 256 * 1024;
    private const int BlockSize = 256 * 1024;

    /// <param name="encoding">As a mapping names it; null to find it out.</param>
    /// <param name="slices">Where the readable copy may lie.</param>
    /// <exception cref="UploadException">The file as a whole cannot be read.</exception>
    public static CanonicalFile Read(DuckDBConnection duck, UploadedFile file, string? encoding, Slices slices, FaultLog faults)
    {
        var package = new Package(file);
        if (FileFormats.IsParquet(First(package)))
            return ParquetSource.Read(duck, file, package, slices, faults);

        var text = encoding is null ? FindEncoding(package) : TextEncoding.Of(encoding);
        var sample = Sample(package, text);
        using var utf8 = Utf8Stream.Of(package.IsPlain ? new CountedStream(package.Open(), WorkProgress.Current) : package.Open(), text);
        var format = (package.Description is { Length: > 0 } packing ? $", {packing}" : "") + $", {text.Name}";
        return FileFormats.OfText(sample) == FileFormat.Json
            ? JsonSource.Convert(file, utf8, sample, slices, faults, format)
            : CsvSource.Convert(file, utf8, sample, slices, faults, $"csv{format}");
    }

    internal static TextEncoding FindEncoding(Package package)
    {
        var census = new EncodingCensus();
        using var content = package.Open();
        var block = new byte[BlockSize];
        for (int read; !census.IsSettled && (read = content.ReadAtLeast(block, block.Length, throwOnEndOfStream: false)) > 0;)
            census.Add(block.AsSpan(0, read));
        return census.Verdict();
    }

    /// <summary>The text's beginning, whole lines where there are any.</summary>
    private static byte[] Sample(Package package, TextEncoding encoding)
    {
        using var utf8 = Utf8Stream.Of(package.Open(), encoding);
        var sample = new byte[SampleSize];
        var read = utf8.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false);
        var end = read < sample.Length ? read : sample.AsSpan().LastIndexOfAny((byte)'\n', (byte)'\r') + 1;
        return sample[..(end > 0 ? end : read)];
    }

    private static byte[] First(Package package)
    {
        using var content = package.Open();
        var first = new byte[4];
        return first[..content.ReadAtLeast(first, 4, throwOnEndOfStream: false)];
    }
}
