using CsCheck;
using ModelOps.Features.Assist;

namespace ModelOps.Tests.Features.Assist;

public sealed class FaqIndexTests
{
    private static readonly FaqEntry[] Entries =
    [
        new("How do I return a product?", "Send it back within 30 days.", "return", "en", "https://shop.example/returns"),
        new("How long does delivery take?", "Two to four days.", "delivery", "en"),
        new("如何退货？", "30天内可以退货。", "return", "zh"),
        new("Which cards do you take?", "All of them.", "payment"),
    ];

    [Theory]
    [InlineData("can I return this product", "en", 0)]
    [InlineData("how long will the delivery take", "en", 1)]
    [InlineData("怎么退货", "zh", 2)]
    [InlineData("cards", "zh", 3)] // of no language, so of each
    public void Find_GivesTheEntryFirst_WhoseWordsTheMessageHas(string message, string language, int entry) =>
        Assert.Equal(Entries[entry], new FaqIndex(Entries).Find(message, language, 5)[0].Entry);

    [Fact]
    public void Find_LowersTheScore_WhereTheMessageIsAboutMore()
    {
        var index = new FaqIndex(Entries);
        var near = index.Find("return a product", "en", 1)[0].Score;
        var far = index.Find("return a product that the volcano of Krakatoa covered with ashes", "en", 1)[0].Score;
        Assert.True(near > 2 * far, $"{near} {far}");
    }

    [Fact]
    public void Find_OfAnyMessage_IsInOrder_WithScoresFromNoneToOne()
    {
        var index = new FaqIndex(Entries);
        Gen.OneOf(Gen.String, Gen.Int[0, Entries.Length - 1].Select(at => Entries[at].Question)).Sample(message =>
        {
            var hits = index.Find(message, null, 3);
            Assert.All(hits, hit => Assert.InRange(hit.Score, 0, 1));
            Assert.Equal(hits.Select(hit => hit.Score).OrderDescending(), hits.Select(hit => hit.Score));
        });
        Assert.Empty(new FaqIndex([]).Find("anything", "en", 3));
    }

    [Fact]
    public async Task Read_OfWhatWasWritten_IsTheSame()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("modelops-faq-").FullName, "faq.jsonl");
        await FaqEntry.WriteAsync(path, Entries);
        Assert.Equal(Entries, await FaqEntry.ReadAsync(path));
        await File.WriteAllTextAsync(path, "{\"question\":\"no answer\"}\n");
        await Assert.ThrowsAsync<InvalidDataException>(() => FaqEntry.ReadAsync(path));
    }

    [Theory]
    [InlineData("write to ann@example.org or +49 (170) 123-4567", "write to [address] or [number]")]
    [InlineData("card 4111 1111 1111 1111, two of them", "card [number], two of them")]
    [InlineData("身份证110101199003070011", "身份证[number]")]
    [InlineData("30 days, 19.99", "30 days, 19.99")]
    public void Hide_TakesOutWhatStandsForAPerson(string text, string hidden) => Assert.Equal(hidden, PersonalDetails.Hide(text));
}
