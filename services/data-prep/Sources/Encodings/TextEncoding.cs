using System.Text;

namespace ModelOps.DataPrep.Sources.Encodings;

/// <summary>What a text file is written in, under its IANA name.</summary>
/// <param name="Decoder">Null where the bytes are UTF-8 already.</param>
/// <param name="Preamble">Bytes of a byte order mark.</param>
internal sealed record TextEncoding(string Name, Encoding? Decoder, int Preamble = 0)
{
    /// <summary>
    /// What a decoder says of bytes that mean nothing: a character that no text holds, which <see cref="Utf8Stream"/> turns into
    /// bytes that are not UTF-8. So whoever reads the rows meets broken bytes in one shape, whatever the encoding was.
    /// </summary>
    public const char Broken = '\uFDD0';

    public static TextEncoding Utf8 { get; } = new("utf-8", null);

    public static TextEncoding Utf16Little { get; } = Named("utf-16le");

    public static TextEncoding Utf16Big { get; } = Named("utf-16be");

    public static TextEncoding Gb18030 { get; } = Named("gb18030");

    /// <summary>Also Latin-1's decoder: Windows-1252 puts printable characters where Latin-1 has control codes, else they are equal.</summary>
    public static TextEncoding Windows1252 { get; } = Named("windows-1252");

    public static TextEncoding Latin1 { get; } = Windows1252 with { Name = "iso-8859-1" };

    /// <summary>An encoding that a mapping names, such as <c>shift_jis</c> or <c>windows-1251</c>.</summary>
    /// <exception cref="UploadException">There is no such encoding.</exception>
    public static TextEncoding Of(string name) => name.Equals("utf-8", StringComparison.OrdinalIgnoreCase) ? Utf8 : Named(name);

    private static TextEncoding Named(string name)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        try
        {
            return new TextEncoding(name, Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, new DecoderReplacementFallback(Broken.ToString())));
        }
        catch (ArgumentException)
        {
            throw new UploadException($"The mapping names the encoding '{name}', which does not exist. Use an IANA name such as utf-8, windows-1251, shift_jis or big5.");
        }
    }
}
