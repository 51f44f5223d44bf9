using System.Text;

namespace ModelOps.Tests.Sources;

/// <summary>Real exports, compared character by character with what plain code reads.</summary>
public sealed class PublicDataTests
{
    [Fact]
    public void HomeDepot_IsWindows1252_WithoutAWrongCharacter()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var bytes = File.ReadAllBytes(SharedData.Find("home-depot/train.csv"));

        var read = ReadSource.Of(bytes, "train.csv");

        Assert.Contains("windows-1252", read.Format, StringComparison.Ordinal);
        Assert.Empty(read.Faults);
        var expected = PlainCsv(Encoding.GetEncoding("windows-1252").GetString(bytes));
        Assert.Equal(expected[0], read.Columns);
        Assert.Equal(74_067, read.Rows.Count);
        AssertEqual(expected[1..], read);
    }

    [Fact]
    public void ChineseReviews_AreUtf8_WithoutAWrongCharacter()
    {
        var bytes = File.ReadAllBytes(SharedData.Find("zh-reviews/online_shopping_10_cats.csv"));

        var read = ReadSource.Of(bytes, "reviews.csv");

        Assert.Contains("utf-8", read.Format, StringComparison.Ordinal);
        Assert.Empty(read.Faults);
        Assert.Equal(62_774, read.Rows.Count);
        AssertEqual(PlainCsv(Encoding.UTF8.GetString(bytes))[1..], read);
    }

    [Fact]
    public void ChineseReviews_AsTheirOnlyColumn_KeepTheirCommas()
    {
        var reviews = PlainCsv(File.ReadAllText(SharedData.Find("zh-reviews/online_shopping_10_cats.csv"), Encoding.UTF8)).ConvertAll(row => row[^1]).FindAll(review => !string.IsNullOrWhiteSpace(review) && !review.AsSpan().ContainsAny("\n\r\""));

        var read = ReadSource.Of(Encoding.UTF8.GetBytes(string.Join('\n', reviews)), "reviews.csv");

        Assert.Empty(read.Faults);
        Assert.Equal(["review"], read.Columns);
        Assert.Equal(reviews[1..], read.Rows.Select(row => row[0]));
    }

    [Theory]
    [InlineData("gb18030")]
    [InlineData("utf-16le")]
    [InlineData("utf-16be")]
    public void ChineseReviews_InAnotherEncoding_AreTheSame(string encoding)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var text = File.ReadAllText(SharedData.Find("zh-reviews/online_shopping_10_cats.csv"), Encoding.UTF8);

        var read = ReadSource.Of(Encoding.GetEncoding(encoding).GetBytes(text), "reviews.csv");

        Assert.Contains(encoding, read.Format, StringComparison.Ordinal);
        Assert.Empty(read.Faults);
        AssertEqual(PlainCsv(text)[1..], read);
    }

    private static void AssertEqual(List<string[]> expected, ReadSource read)
    {
        Assert.Equal(expected.Count, read.Rows.Count);
        for (var row = 0; row < expected.Count; row++)
            Assert.Equal(expected[row], read.Rows[row].Select(cell => cell ?? ""));
    }

    /// <summary>RFC 4180, a character at a time.</summary>
    private static List<string[]> PlainCsv(string text)
    {
        var rows = new List<string[]>();
        var (row, field, quoted) = (new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
                field.Append(text[++i]);
            else if (c == '"' && (quoted || field.Length == 0))
                quoted = !quoted;
            else if (quoted || c is not (',' or '\n' or '\r'))
                field.Append(c);
            else if (c != '\r')
            {
                row.Add(field.ToString());
                field.Clear();
                if (c == '\n')
                {
                    rows.Add([.. row]);
                    row.Clear();
                }
            }
        }
        return rows;
    }
}
