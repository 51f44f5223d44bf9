using ModelOps.DemoShop.Shop;

namespace ModelOps.Tests.DemoShop;

public sealed class ServiceDeskTests
{
    [Fact]
    public void Messages_AreAsManyOfEachIntent_AndTheSameEachTime()
    {
        var rows = Written(ServiceDesk.WriteMessages);
        Assert.Equal("text,intent,language", rows[0]);
        var intents = rows.Skip(1).CountBy(row => row.Split(',')[^2]).ToList();
        Assert.All(intents, intent => Assert.Equal(ServiceDesk.MessagesAnIntent, intent.Value));
        Assert.Contains("out_of_scope", intents.Select(intent => intent.Key));
        Assert.Equal(rows, Written(ServiceDesk.WriteMessages));
        Assert.DoesNotContain(rows, row => row.Contains('{', StringComparison.Ordinal));
    }

    [Fact]
    public void Faq_AnswersInBothLanguages()
    {
        var rows = Written(ServiceDesk.WriteFaq).Skip(1).ToList();
        Assert.Equal(rows.Count(row => row.EndsWith(",en", StringComparison.Ordinal)), rows.Count(row => row.EndsWith(",zh", StringComparison.Ordinal)));
        Assert.All(rows, row => Assert.Equal(4, row.Count(letter => letter == '"')));
    }

    private static string[] Written(Action<TextWriter> write)
    {
        using var text = new StringWriter { NewLine = "\n" };
        write(text);
        return text.ToString().TrimEnd('\n').Split('\n');
    }
}
