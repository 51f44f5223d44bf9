using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.EventLog;
using Npgsql;

namespace ModelOps.Tests.EventLog;

public sealed class EventPaceTests(Stores stores)
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task CountAsync_CountsEachStepOfTheStore_AndNothingElse()
    {
        await using var database = NpgsqlDataSource.Create(await stores.NewDatabaseAsync());
        await new ShopEvents(database).AppendAsync([At("before", -61), At("first", -60), At("second", -31), At("third", -30), At("fourth", -1), At("now", 0), At("other", -1) with { Store = new StoreId("other") }]);

        Assert.Equal([2, 2], await new EventPace(database).CountAsync(StoreId.Main, Noon, TimeSpan.FromSeconds(30), 2));
    }

    private static LoggedEvent At(string id, int seconds) => new(StoreId.Main, id, EventNames.View, "u", null, Noon.AddSeconds(seconds), [new EventItem("p")], null);
}
