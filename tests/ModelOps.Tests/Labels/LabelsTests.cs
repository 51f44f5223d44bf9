using System.Globalization;
using ModelOps.Contracts.Datasets;
using ModelOps.Tests.Checks;

namespace ModelOps.Tests.Labels;

public sealed class LabelsTests
{
    private const string Header = "user_id,item_id,timestamp,event_type,quantity,price,session_id\n";

    [Fact]
    public async Task Sessions_BeginAfterSilence_AndWithANewId()
    {
        using var version = await BuiltFromCsv.EventsAsync(Header
            + "1,a1,2026-05-01 10:00:00,view,1,5,\n1,b2,2026-05-01 10:30:00,view,1,5,\n1,c3,2026-05-01 11:00:01,view,1,5,\n"
            + "2,a1,2026-05-01 10:00:00,view,1,5,x\n2,b2,2026-05-01 10:01:00,view,1,5,y\n2,c3,2026-05-01 10:02:00,view,1,5,y\n");

        Assert.Equal([1, 1, 2, 1, 2, 2], Column(version, "session", row => row.GetInt32(0)));
    }

    [Fact]
    public async Task Weights_AndNextItem_FollowTheEvents()
    {
        using var version = await BuiltFromCsv.EventsAsync(Header
            + "1,a1,2026-05-01 10:00:00,view,1,5,\n1,b2,2026-05-01 10:01:00,add_to_cart,1,5,\n1,b2,2026-05-01 10:02:00,purchase,1,5,\n1,c3,2026-05-01 10:03:00,search,1,5,\n");

        Assert.Equal([1f, 4f, 10f, 0f], Column(version, "weight", row => row.GetFloat(0)));
        Assert.Equal(["b2", "b2", null, null], Column(version, "label_next_item", row => row.IsDBNull(0) ? null : row.GetString(0)));
    }

    [Fact]
    public async Task WhatWasOnlyShown_OrTakenOut_IsNoFeedback()
    {
        using var version = await BuiltFromCsv.EventsAsync(Header
            + "1,a1,2026-05-01 10:00:00,view_item,1,5,\n1,b2,2026-05-01 10:01:00,view_item_list,1,5,\n1,c3,2026-05-01 10:02:00,add_to_wishlist,1,5,\n"
            + "1,c3,2026-05-01 10:03:00,begin_checkout,1,5,\n1,c3,2026-05-01 10:04:00,remove_from_cart,1,5,\n1,d4,2026-05-01 10:05:00,view_promotion,1,5,\n");

        Assert.Equal([1f, 0f, 4f, 4f, 0f, 0f], Column(version, "weight", row => row.GetFloat(0)));
        Assert.Equal(["c3", "c3", "c3", null, null, null], Column(version, "label_next_item", row => row.IsDBNull(0) ? null : row.GetString(0)));
        Assert.Equal(["train", null, "validation", "test", null, null], Column(version, "leave_one_out", row => row.IsDBNull(0) ? null : row.GetString(0)));
        Assert.Empty(version.Found);
    }

    [Fact]
    public async Task Bought_IsYesNoOrNotYetKnown()
    {
        using var version = await BuiltFromCsv.EventsAsync(Header
            + "1,a1,2026-05-01 10:00:00,view,1,5,\n1,a1,2026-05-08 10:00:00,purchase,1,5,\n"     // on the seventh day
            + "1,b2,2026-05-09 10:00:00,view,1,5,\n1,b2,2026-05-16 10:00:01,purchase,1,5,\n"     // a second too late
            + "1,c3,2026-05-16 11:00:00,view,1,5,\n2,a1,2026-05-17 10:00:00,view,1,5,\n");       // the data ends first

        Assert.Equal([true, null, false, null, null, null], Column(version, "label_bought", Answer));
    }

    [Fact]
    public async Task Returned_IsYesNoOrNotYetKnown()
    {
        using var version = await BuiltFromCsv.EventsAsync(Header
            + "1,a1,2026-05-01 10:00:00,purchase,3,5,\n1,a1,2026-05-10 10:00:00,purchase,-3,5,\n"
            + "1,b2,2026-05-11 10:00:00,purchase,1,5,\n1,c3,2026-06-20 10:00:00,purchase,1,5,\n");

        Assert.Equal([true, false, null], Column(version, "label_returned", Answer));
    }

    [Fact]
    public async Task Splits_ByTimeAndLeaveOneOut()
    {
        var csv = Header + string.Concat(Enumerable.Range(0, 100).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i % 5},a{i},{new DateTime(2026, 5, 1).AddHours(i):yyyy-MM-dd HH:mm:ss},view,1,5,\n")))
            + "7,a1,2026-05-01 10:00:00,view,1,5,\n8,a1,2026-05-01 10:00:00,view,1,5,\n8,a2,2026-05-01 11:00:00,view,1,5,\n";
        using var version = await BuiltFromCsv.EventsAsync(csv);

        var splits = version.Query(DatasetFiles.Events, "SELECT time_split, min(time), max(time), count(*) FROM {0} GROUP BY 1 ORDER BY 2", row => (row.GetString(0), row.GetDateTime(1), row.GetDateTime(2), row.GetInt64(3)));
        Assert.Equal(["train", "validation", "test"], splits.Select(split => split.Item1));
        Assert.True(splits[0].Item3 < splits[1].Item2 && splits[1].Item3 < splits[2].Item2);
        Assert.All(splits.Skip(1), split => Assert.InRange(split.Item4, 10, 11));
        Assert.Equal(["train"], Users(version, "7"));
        Assert.Equal(["train", "test"], Users(version, "8"));
        Assert.Equal([.. Enumerable.Repeat("train", 18), "validation", "test"], Users(version, "0"));
    }

    private static List<string> Users(BuiltFromCsv version, string user) =>
        version.Query(DatasetFiles.Events, "SELECT leave_one_out FROM {0} WHERE user_id = '" + user + "'", row => row.GetString(0));

    private static bool? Answer(System.Data.Common.DbDataReader row) => row.IsDBNull(0) ? null : row.GetBoolean(0);

    private static List<T> Column<T>(BuiltFromCsv version, string column, Func<System.Data.Common.DbDataReader, T> read) =>
        version.Query(DatasetFiles.Events, "SELECT " + column + " FROM {0}", read);
}
