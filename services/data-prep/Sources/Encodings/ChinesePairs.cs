namespace ModelOps.DataPrep.Sources.Encodings;

/// <summary>
/// Tells GB18030 from Western text. Nearly any bytes are valid GB18030, so validity says little; but in Chinese text most pairs
/// are characters of GB2312's first level (sorted by pronunciation, rows B0–D7) or its punctuation, which accented letters among
/// ASCII ones never form.
/// </summary>
internal sealed class ChinesePairs
{
    private long common;
    private long pairs;
    private long broken;

    public bool IsLikely => common > 0 && common * 2 >= pairs && broken * 10 <= pairs;

    public void Add(ReadOnlySpan<byte> block)
    {
        for (var i = 0; i < block.Length; i++)
        {
            if (block[i] < 0x80)
                continue;
            if (i + 1 == block.Length)
                return;
            var (lead, trail) = (block[i], block[i + 1]);
            if (lead is 0x80 or 0xFF || trail is < 0x30 or 0x7F or 0xFF or (> 0x39 and < 0x40))
            {
                broken++;
                continue;
            }
            pairs++;
            if (trail <= 0x39)
            {
                i += 3; // a character of four bytes
                continue;
            }
            if (trail >= 0xA1 && lead is (>= 0xB0 and <= 0xD7) or (>= 0xA1 and <= 0xA3))
                common++;
            i++;
        }
    }
}
