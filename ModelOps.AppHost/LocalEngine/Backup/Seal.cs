using System.Security.Cryptography;
using System.Text;

namespace ModelOps.AppHost.LocalEngine.Backup;

/// <summary>
/// Encryption of a backup's entries: a key from the passphrase (PBKDF2, SHA-256), from it one for each entry by its name (HKDF), and
/// AES-256-GCM over pieces of 64 KiB whose nonce is their number and whether they are the last, as STREAM describes (Hoang et al. 2015):
/// a piece that is changed, moved, left out or cut off is refused.
/// </summary>
internal sealed class Seal(byte[] master)
{
    public const int Iterations = 600_000, SaltBytes = 16;
    internal const int PieceBytes = 64 * 1024, TagBytes = 16;
    private const int KeyBytes = 32, NonceBytes = 12;

    public static Seal Of(string passphrase, byte[] salt, int iterations) =>
        new(Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, iterations, HashAlgorithmName.SHA256, KeyBytes));

    /// <summary>A stream to write an entry to; closing it ends the entry and closes <paramref name="to"/>.</summary>
    public Stream Write(string entry, Stream to) => new Writer(Cipher(entry), to);

    /// <summary>The entry's own bytes.</summary>
    /// <exception cref="CryptographicException">While reading: another passphrase, or the entry was changed.</exception>
    public Stream Read(string entry, Stream from) => new Reader(Cipher(entry), from);

    private AesGcm Cipher(string entry) => new(HKDF.Expand(HashAlgorithmName.SHA256, master, KeyBytes, Encoding.UTF8.GetBytes(entry)), TagBytes);

    private static void SetNonce(Span<byte> nonce, long piece, bool isLast)
    {
        nonce.Clear();
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(nonce[3..], piece);
        nonce[^1] = isLast ? (byte)1 : (byte)0;
    }

    private sealed class Writer(AesGcm cipher, Stream to) : OneWay
    {
        private readonly byte[] piece = new byte[PieceBytes];
        private readonly byte[] sealedPiece = new byte[PieceBytes + TagBytes];
        private readonly byte[] nonce = new byte[NonceBytes];
        private int length;
        private long number;
        private bool isClosed;

        public override bool CanWrite => true;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            while (buffer.Length > 0)
            {
                if (length == PieceBytes)
                    End(isLast: false);
                var taken = Math.Min(buffer.Length, PieceBytes - length);
                buffer[..taken].CopyTo(piece.AsSpan(length));
                length += taken;
                buffer = buffer[taken..];
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        private void End(bool isLast)
        {
            SetNonce(nonce, number++, isLast);
            cipher.Encrypt(nonce, piece.AsSpan(0, length), sealedPiece.AsSpan(0, length), sealedPiece.AsSpan(length, TagBytes));
            to.Write(sealedPiece.AsSpan(0, length + TagBytes));
            length = 0;
        }

        protected override void Dispose(bool disposing)
        {
            if (!isClosed)
                End(isLast: true);
            isClosed = true;
            cipher.Dispose();
            to.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class Reader(AesGcm cipher, Stream from) : OneWay
    {
        private readonly byte[] piece = new byte[PieceBytes];
        private readonly byte[] nonce = new byte[NonceBytes];
        private byte[] arriving = new byte[PieceBytes + TagBytes];
        private byte[] next = new byte[PieceBytes + TagBytes];
        private int arrivingLength = -1, length, position;
        private long number;
        private bool isAtEnd;

        public override bool CanRead => true;

        public override int Read(Span<byte> buffer)
        {
            while (position == length)
            {
                if (isAtEnd)
                    return 0;
                Open();
            }
            var taken = Math.Min(buffer.Length, length - position);
            piece.AsSpan(position, taken).CopyTo(buffer);
            position += taken;
            return taken;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        // Whether a piece is the last is known when nothing follows it.
        private void Open()
        {
            if (arrivingLength < 0)
                arrivingLength = from.ReadAtLeast(arriving, arriving.Length, throwOnEndOfStream: false);
            var nextLength = from.ReadAtLeast(next, next.Length, throwOnEndOfStream: false);
            if (arrivingLength < TagBytes)
                throw new CryptographicException("The entry ends too early.");
            isAtEnd = nextLength == 0;
            SetNonce(nonce, number++, isAtEnd);
            (length, position) = (arrivingLength - TagBytes, 0);
            cipher.Decrypt(nonce, arriving.AsSpan(0, length), arriving.AsSpan(length, TagBytes), piece.AsSpan(0, length));
            (arriving, next, arrivingLength) = (next, arriving, nextLength);
        }

        protected override void Dispose(bool disposing)
        {
            cipher.Dispose();
            from.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>What a stream has to say that goes one way and has no length.</summary>
    private abstract class OneWay : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
