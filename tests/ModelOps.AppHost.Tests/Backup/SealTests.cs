using System.Security.Cryptography;
using ModelOps.AppHost.LocalEngine.Backup;

namespace ModelOps.AppHost.Tests.Backup;

public sealed class SealTests
{
    private static readonly Seal Key = Seal.Of("correct horse battery", new byte[16], 1000);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Seal.PieceBytes - 1)]
    [InlineData(Seal.PieceBytes)]
    [InlineData(Seal.PieceBytes + 1)]
    [InlineData((3 * Seal.PieceBytes) + 17)]
    public void Read_OfWhatWasWritten_IsTheSame(int bytes)
    {
        var content = RandomNumberGenerator.GetBytes(bytes);

        Assert.Equal(content, Open(Key, "a", Sealed("a", content)));
    }

    [Fact]
    public void Read_ChangedCutOrRenamed_IsRefused()
    {
        var whole = Sealed("a", RandomNumberGenerator.GetBytes(2 * Seal.PieceBytes));
        var changed = (byte[])whole.Clone();
        changed[Seal.PieceBytes + 100] ^= 1;
        byte[] swapped = [.. whole[(Seal.PieceBytes + Seal.TagBytes)..], .. whole[..(Seal.PieceBytes + Seal.TagBytes)]];

        Assert.ThrowsAny<CryptographicException>(() => Open(Key, "a", changed));
        Assert.ThrowsAny<CryptographicException>(() => Open(Key, "a", swapped));
        Assert.ThrowsAny<CryptographicException>(() => Open(Key, "a", whole[..(Seal.PieceBytes + Seal.TagBytes)])); // a whole piece less
        Assert.ThrowsAny<CryptographicException>(() => Open(Key, "a", whole[..^1]));
        Assert.ThrowsAny<CryptographicException>(() => Open(Key, "a", []));
        Assert.ThrowsAny<CryptographicException>(() => Open(Key, "b", whole));
        Assert.ThrowsAny<CryptographicException>(() => Open(Seal.Of("another passphrase", new byte[16], 1000), "a", whole));
    }

    private static byte[] Sealed(string name, byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var sealing = Key.Write(name, bytes))
            sealing.Write(content);
        return bytes.ToArray();
    }

    private static byte[] Open(Seal key, string name, byte[] content)
    {
        using var bytes = new MemoryStream();
        using var opened = key.Read(name, new MemoryStream(content));
        opened.CopyTo(bytes);
        return bytes.ToArray();
    }
}
