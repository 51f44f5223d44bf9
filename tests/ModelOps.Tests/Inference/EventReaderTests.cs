using System.Text.Json;
using CsCheck;
using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.EventLog;
using ModelOps.Inference.Events;

namespace ModelOps.Tests.Inference;

public sealed class EventReaderTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("""{"user":"u","items":[{"item_id":"a"}]}""", "'name' is missing")]
    [InlineData("""{"name":"stare","user":"u"}""", "'stare' is no known event")]
    [InlineData("""{"name":"purchase","items":[{"item_id":"a"}]}""", "'user' and 'session' are both missing")]
    [InlineData("""{"name":"purchase","user":"u"}""", "'items' is empty")]
    [InlineData("""{"name":"purchase","user":"u","items":[{}]}""", "no 'item_id'")]
    [InlineData("""{"name":"purchase","user":"u","items":[null]}""", "no 'item_id'")]
    [InlineData("""{"name":"purchase","user":"u","items":[{"item_id":"a","quantity":0}]}""", "not positive")]
    [InlineData("""{"name":"purchase","user":"u","items":[{"item_id":"a","quantity":"two"}]}""", "items[0].quantity: the value has the wrong type")]
    [InlineData("""{"name":"purchase","user":"u","items":[{"item_id":"a"}],"time":"2027-01-01T00:00:00Z"}""", "more than a day from now")]
    [InlineData("""{"name":"purchase","user":"u","items":[{"item_id":"a"}],"time":"2020-01-01T00:00:00Z"}""", "Import history as a dataset")]
    [InlineData("null", "null")]
    [InlineData("7", "wrong type")]
    public void Read_BadEvent_SaysWhy(string json, string says)
    {
        var (logged, reason) = Read(json);

        Assert.Null(logged);
        Assert.Contains(says, reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("detail-page-view", EventNames.View)]
    [InlineData("add-to-cart", EventNames.AddToCart)]
    [InlineData("purchase-complete", EventNames.Purchase)]
    [InlineData("VIEW_ITEM", EventNames.View)]
    public void Read_OtherVocabulary_IsGa4(string name, string canonical)
    {
        var (logged, reason) = Read($$"""{"id":"1","name":"{{name}}","user":"u","items":[{"item_id":"a"}]}""");

        Assert.Null(reason);
        Assert.Equal(canonical, logged!.Name);
        Assert.Equal(Now, logged.Time);
    }

    [Fact]
    public void Read_AnyJson_NeverThrows() => Gen.String.Array[0, 4].Select(words => JsonSerializer.Serialize(words.Length % 2 == 0
        ? (object)new { name = words.FirstOrDefault(), user = words.LastOrDefault(), items = words }
        : new { name = EventNames.View, user = words[0], items = words.Select(word => new { item_id = word }) })).Sample(json =>
    {
        var (logged, reason) = Read(json);
        return logged is null != reason is null;
    });

    private static (ModelOps.EventLog.LoggedEvent? Event, string? Reason) Read(string json) =>
        EventReader.Read(JsonDocument.Parse(json).RootElement, StoreId.Main, Now, new EventLogOptions().OldestIntake);
}
