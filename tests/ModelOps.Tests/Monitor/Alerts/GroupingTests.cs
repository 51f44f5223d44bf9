using ModelOps.Contracts.Alerts;
using ModelOps.Monitor.Alerts;
using ModelOps.Monitor.Alerts.Rules;

namespace ModelOps.Tests.Monitor.Alerts;

public sealed class GroupingTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Dictionary<string, AlertRoute> Routes = new() { ["default"] = new AlertRoute("default", ["one", "two"], TimeSpan.FromSeconds(10), TimeSpan.FromHours(4), default) };

    [Fact]
    public void Tell_WaitsForTheGroup_ThenSaysItOnceToEachChannel()
    {
        var (first, second) = (Firing("first", Now), Firing("second", Now.AddSeconds(8)));

        Assert.Empty(Tell([first, second], Now.AddSeconds(9)));
        var told = Tell([first, second], Now.AddSeconds(10));
        Assert.Equal(["one", "two"], told.Select(delivery => delivery.Channel));
        Assert.All(told, delivery => Assert.Equal(["first", "second"], delivery.Message.Alerts.Select(alert => alert.Rule)));
        Assert.Equal("[FIRING 2] first, second (a)", told[0].Message.Title);
        Assert.Empty(Tell([first, second], Now.AddMinutes(1)));
    }

    [Fact]
    public void Tell_Resolved_OnlyWhatWasTold()
    {
        var (told, untold) = (Firing("told", Now), Firing("untold", Now));
        told.Told = AlertState.Firing;
        foreach (var alert in new[] { told, untold })
            (alert.State, alert.ResolvedAt) = (AlertState.Resolved, Now);

        var message = Tell([told, untold], Now.AddMinutes(1))[0].Message;
        Assert.Equal(("resolved", "told"), (message.Status, Assert.Single(message.Alerts).Rule));
    }

    [Fact]
    public void Tell_Again_WhatNobodyAcknowledged()
    {
        var (taken, left) = (Firing("taken", Now), Firing("left", Now));
        Tell([taken, left], Now.AddMinutes(1));
        taken.AcknowledgedAt = Now.AddMinutes(2);

        Assert.Empty(Tell([taken, left], Now.AddHours(4)));
        Assert.Equal("left", Assert.Single(Tell([taken, left], Now.AddHours(4.1))[0].Message.Alerts).Rule);
    }

    [Fact]
    public void Tell_Silenced_AfterTheSilence()
    {
        var alert = Firing("r", Now);
        var silence = new SilenceRow { Id = Guid.NewGuid(), Store = "a", Matchers = [new Matcher("model", "m.*", "=~")], From = Now, Until = Now.AddHours(1), By = "me", Reason = "work" };

        Assert.Empty(Grouping.Tell([alert], Routes, [silence], Now.AddMinutes(30)));
        Assert.Equal(2, Tell([alert], Now.AddHours(1)).Count);
    }

    [Theory]
    [InlineData("model", "=", "mine", true)]
    [InlineData("model", "!=", "mine", false)]
    [InlineData("model", "=~", "mi", false)] // the whole value
    [InlineData("model", "!~", "mi", true)]
    [InlineData("absent", "=", "", true)]
    public void Matcher_Holds(string label, string op, string value, bool holds) => Assert.Equal(holds, new Matcher(label, value, op).Holds(new Dictionary<string, string> { ["model"] = "mine" }));

    [Theory]
    [InlineData("(", "=~", "regular expression")]
    [InlineData("(a)\\1", "=~", "regular expression")] // would need backtracking
    [InlineData("a", "==", "known: =, !=, =~, !~")]
    public void Matcher_Wrong_SaysWhy(string value, string op, string reason) => Assert.Contains(reason, Matching.Wrong(new Matcher("model", value, op)), StringComparison.Ordinal);

    private static List<ModelOps.Monitor.Alerts.DeliveryRow> Tell(AlertRow[] alerts, DateTimeOffset now) => [.. Grouping.Tell(alerts, Routes, [], now)];

    private static AlertRow Firing(string rule, DateTimeOffset at) => new()
    {
        Id = Guid.NewGuid(),
        Store = "a",
        Fingerprint = rule,
        Rule = rule,
        State = AlertState.Firing,
        Severity = "warning",
        Route = "default",
        Labels = new Dictionary<string, string> { ["model"] = "mine" },
        Metric = "ctr",
        Reason = "",
        StartedAt = at,
        FiredAt = at,
        SeenAt = at,
    };
}
