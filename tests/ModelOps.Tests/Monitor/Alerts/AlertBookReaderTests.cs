using ModelOps.Contracts.Quality;
using ModelOps.Monitor.Alerts;
using ModelOps.Monitor.Alerts.Notifiers;
using ModelOps.Monitor.Alerts.Rules;

namespace ModelOps.Tests.Monitor.Alerts;

public sealed class AlertBookReaderTests
{
    private static readonly AlertBook Files = AlertBookReader.Load(Path.Combine(AppContext.BaseDirectory, "alerts"));

    /// <summary>These say more of what another metric says, or from where answers come, of which neither much nor little is bad.</summary>
    private static readonly string[] Details =
    [
        OutcomeMetric.SearchClickRateAt1, OutcomeMetric.SearchClickRateAt3, OutcomeMetric.SearchClickRateAt10,
        OutcomeMetric.AskBackRate, OutcomeMetric.FaqRate, OutcomeMetric.OrderRate, OutcomeMetric.ProductRate,
    ];

    [Fact]
    public void Defaults_WatchEveryMetric_ButDetails() =>
        Assert.Equal(ModelOps.Monitor.Alerts.Metrics.MetricList.Definitions.Keys.Except(Details).Order(), Files.InEffect.Select(rule => rule.Metric).Distinct().Order());

    [Fact]
    public void StoresRules_AddToTheFiles_AndReplaceWhatHasTheSameName()
    {
        var book = AlertBookReader.Load("""
            rules:
              - { name: errors, metric: error_rate, window: 10m, above: 0.2, where: { model: m }, labels: { team: shop } }
              - { name: silence, metric: requests, window: 15m, below: 1, enabled: false }
              - { name: own, metric: cvr, window: 1d, anomaly: { deviations: 3 }, severity: info }
            """, "a", Files);

        Assert.Equal(new Threshold(.2, null), book.Rules["errors"].Condition);
        Assert.True(book.Rules["errors"].Concerns(new Dictionary<string, string> { ["model"] = "m", ["arm"] = "champion" }));
        Assert.False(book.Rules["errors"].Concerns(new Dictionary<string, string> { ["model"] = "other" }));
        Assert.DoesNotContain(book.InEffect, rule => rule.Name == "silence");
        Assert.Equal((new Anomaly(3, 7, Anomaly.Both), TimeSpan.FromDays(1)), (book.Rules["own"].Condition, book.Rules["own"].Window));
        Assert.Equal(Files.Rules["slow-answers"], book.Rules["slow-answers"]);
    }

    [Theory]
    [InlineData("rules:\n  - name: x\n    metric: ctr\n    window: 5m\n    abov: 1", "line 5, column 5: 'abov' is no key of a rule; known: name,")]
    [InlineData("rules:\n  - { name: x, metric: clicks, window: 5m, above: 1 }", "line 2, column 24: metric is 'clicks'; known: ctr,")]
    [InlineData("rules:\n  - { name: x, metric: ctr, window: 5m, above: lots }", "line 2, column 48: above is 'lots', which is no number.")]
    [InlineData("rules:\n  - { name: x, metric: ctr, window: 5 minutes, above: 1 }", "line 2, column 37: window is '5 minutes'; it is a time from 1m to 1d, such as 30s, 5m, 2h or 1d.")]
    [InlineData("rules:\n  - { name: x, metric: ctr, window: 5m }", "line 2, column 5: a rule has above or below (or both), or else anomaly.")]
    [InlineData("rules:\n  - { name: x, metric: ctr, window: 5m, above: 1, anomaly: {} }", "line 2, column 5: a rule has above or below")]
    [InlineData("rules:\n  - { name: x, metric: ctr, window: 5m, above: 1, route: nowhere }", "line 2, column 5: the rule 'x' goes to the route 'nowhere', which does not exist; there are default.")]
    [InlineData("rules:\n  - { name: x, metric: ctr, window: 5m, above: 1, where: { pipeline: p } }", "'pipeline' is no label of ctr; it has model, arm.")]
    [InlineData("rules:\n  - { name: x, metric: ctr, window: 5m, above: 1, labels: { severity: high } }", "the label 'severity' is set by ModelOps")]
    [InlineData("rules:\n  - { name: x, metric: requests, window: 5m, above: 1, at_least: 3 }", "at_least does not fit requests, which is a count itself.")]
    [InlineData("rules:\n  - { name: X!, metric: ctr, window: 5m, above: 1 }", "the name 'X!' cannot be used")]
    [InlineData("rules:\n  - { name: x, metric: ctr, window: 5m, above: 1 }\n  - { name: x, metric: ctr, window: 5m, above: 1 }", "line 3, column 5: rules has the name 'x' twice.")]
    [InlineData("rules:\n  - { name: x, metric: ctr, window: 5m, above: 1, runbook: 'javascript:alert(1)' }", "runbook is 'javascript:alert(1)'; it is a link")]
    [InlineData("channels:\n  - { name: c, kind: pager }", "line 2, column 22: kind is 'pager'; known: email, webhook, slack, dingtalk, wecom, feishu, sms, alibaba-sms.")]
    [InlineData("channels:\n  - { name: c, kind: webhook, url: 'https://a' }", "a channel of the kind webhook needs secret.")]
    [InlineData("channels:\n  - { name: c, kind: slack }", "give one of url and url_secret")]
    [InlineData("channels:\n  - { name: c, kind: slack, url: 'ftp://a' }", "url is 'ftp://a'; it begins with https://.")]
    [InlineData("channels:\n  - { name: c, kind: sms, url: 'https://a', to: ['1', '2'], body: x }", "to has several numbers; an sms channel has one")]
    [InlineData("routes:\n  - { name: r, channels: [c] }", "the route 'r' has the channel 'c', which does not exist; there are no channels.")]
    [InlineData("rules: &a\n  - *a", "line 2, column 5: references (*name) are not used here")]
    [InlineData("rules: {}", "rules has to be a list.")]
    [InlineData("rules: [", "line 2, column 1: While parsing a node")]
    [InlineData("- a", "the file has to be a map of keys and values.")]
    public void Wrong_IsSaidWithItsPlace(string yaml, string reason) =>
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => AlertBookReader.Load(yaml, "a", Files)).Message, StringComparison.Ordinal);

    [Fact]
    public void Wrong_IsSaidAllAtOnce() =>
        Assert.Equal(3, Assert.Throws<InvalidDataException>(() => AlertBookReader.Load("rules:\n  - { name: x, metric: a, window: b, above: c }", "a", Files)).Message.Split('\n').Length);

    [Fact]
    public void DeepNesting_IsRefused_NotFollowed() =>
        Assert.Contains("nested too deeply", Assert.Throws<InvalidDataException>(() => AlertBookReader.Load("rules: " + new string('[', 100_000), "a", Files)).Message, StringComparison.Ordinal);

    [Fact]
    public void Secrets_OfTheDeployment_AreNotForAStoresOwnChannels()
    {
        const string yaml = "channels: [{ name: c, kind: slack, url_secret: chat-url }]";
        var options = new AlertOptions
        {
            Secrets = new Dictionary<string, string> { ["chat-url"] = "https://shared" },
            StoreSecrets = new Dictionary<string, Dictionary<string, string>> { ["b"] = new() { ["chat_url"] = "https://of-b" } },
        };
        var ofStore = AlertBookReader.Load(yaml, "a", Files).Channels["c"];

        Assert.Equal("https://shared", new ChannelSecrets(options, ofStore with { Store = null }, "a").Of("chat-url"));
        Assert.Equal("https://of-b", new ChannelSecrets(options, ofStore with { Store = null }, "b").Of("chat-url"));
        Assert.Equal("https://of-b", new ChannelSecrets(options, ofStore with { Store = "b" }, "b").Of("chat-url"));
        Assert.Contains("Alerts__StoreSecrets__a__chat-url", Assert.Throws<DeliveryException>(() => new ChannelSecrets(options, ofStore, "a").Of("chat-url")).Message, StringComparison.Ordinal);
    }
}
