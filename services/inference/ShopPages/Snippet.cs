using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace ModelOps.Inference.ShopPages;

/// <summary>The script of shop pages as it is sent: without comments and indentation.</summary>
internal sealed class Snippet
{
    /// <summary>Where a module finds the script's address, which a classic script knows by itself; its default export is the global.</summary>
    private const string ModuleEnd = "modelops.url ??= new URL('..', import.meta.url).href;\nexport default modelops;\n";

    private Snippet(string script)
    {
        Content = Encoding.UTF8.GetBytes(script);
        Tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(Content).AsSpan(0, 16))}\"");
    }

    public byte[] Content { get; }

    public EntityTagHeaderValue Tag { get; }

    public static Snippet Classic { get; } = new(Read());

    public static Snippet Module { get; } = new(Read() + ModuleEnd);

    private static string Read()
    {
        using var resource = typeof(Snippet).Assembly.GetManifestResourceStream("snippet.js")!;
        using var lines = new StreamReader(resource, Encoding.UTF8);
        var script = new StringBuilder();
        while (lines.ReadLine()?.Trim() is { } line)
        {
            if (line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal))
                script.Append(line).Append('\n');
        }
        return script.ToString();
    }
}
