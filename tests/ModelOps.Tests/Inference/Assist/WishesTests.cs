using CsCheck;
using ModelOps.Inference.Assist;

namespace ModelOps.Tests.Inference.Assist;

public sealed class WishesTests
{
    [Theory]
    [InlineData("I want to speak to a human", true)]
    [InlineData("Agent!", true)]
    [InlineData("can you connect me with a real person please", true)]
    [InlineData("转人工", true)]
    [InlineData("is the agent of change in this detergent human-safe", false)]
    [InlineData("how tall is a person", false)]
    [InlineData("where is my parcel", false)]
    public void ForPerson_IsWhereOneAsksForOne(string message, bool asks) => Assert.Equal(asks, Wishes.ForPerson(message));

    [Theory]
    [InlineData("where is order 48213?", "48213")]
    [InlineData("Order no. AB-20391", "AB-20391")]
    [InlineData("我的订单号：20260012345", "20260012345")]
    [InlineData("I ordered 2 cups", null)]
    [InlineData("call me at 5551234", null)]
    public void OrderNumber_IsOneThatIsSaidToBe(string message, string? number) => Assert.Equal(number, Wishes.OrderNumber(message));

    [Theory]
    [InlineData("hello", "en")]
    [InlineData("hello 你好", "zh")]
    [InlineData("🎁 123", null)]
    public void Language_IsChineseOrEnglish(string message, string? language) => Assert.Equal(language, Wishes.Language(message));

    [Fact]
    public void AnyMessage_IsReadInTime() => Gen.String[0, 3000].Sample(message =>
    {
        Wishes.ForPerson(message);
        Wishes.ForProducts(message);
        Wishes.OrderNumber(message);
        Grounding.Holds(message, message);
    });

    [Theory]
    [InlineData("You can send it back within 30 days.", true)]
    [InlineData("You can send it back within 60 days.", false)]
    [InlineData("Send it back within 30 days, see https://evil.example", false)]
    [InlineData("Here is a poem about the sea and the moon above", false)]
    [InlineData("", false)]
    public void Grounding_HoldsForWhatTheTextSays(string worded, bool holds) => Assert.Equal(holds, Grounding.Holds(worded, "Send it back to us within 30 days, you get the money at once."));

    [Fact]
    public void Short_CutsNoCharacterInTwo()
    {
        var text = new string('x', 499) + "\ud83c\udf81" + new string('x', 50);
        Assert.Equal(new string('x', 499) + "…", Conversation.Short(text));
        Assert.Equal("short", Conversation.Short("short"));
    }
}
