using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using MimeKit;
using ModelOps.Contracts;
using ModelOps.Contracts.Alerts;
using ModelOps.Contracts.Signing;
using ModelOps.Monitor.Alerts.Notifiers;
using ModelOps.Monitor.Quality;
using SmtpServer;
using SmtpServer.ComponentModel;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace ModelOps.Tests.Monitor.Alerts;

/// <summary>Each kind of channel against a receiver of its protocol that fails first.</summary>
public sealed class DeliveryTests(Stores stores)
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    public async Task EveryKind_FailsThenSucceeds_IsDeliveredOnce()
    {
        await using var receiver = await Receiver.StartAsync((request, before) => Task.FromResult(before == 0 ? (503, "come back with s3cret-sign") : (200, request.Path switch
        {
            "/dingtalk" or "/wecom" => """{"errcode":0,"errmsg":"ok"}""",
            "/feishu" => """{"code":0,"msg":"success"}""",
            "/" => """{"Code":"OK","Message":"OK"}""",
            _ => "ok",
        })));
        var mails = new Mailbox();
        using var stopMail = new CancellationTokenSource();
        var mailPort = FreePort.Take();
        var mailServices = new ServiceProvider();
        mailServices.Add((IMessageStore)mails);
        var mailServer = new SmtpServer.SmtpServer(new SmtpServerOptionsBuilder().ServerName("test").Endpoint(endpoint => endpoint.Port(mailPort)).Build(), mailServices).StartAsync(stopMail.Token);
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"], builder => builder
            .UseSetting("Alerts:AllowedNetworks:0", "127.0.0.0/8").UseSetting("Alerts:RetrySeconds", "0.1")
            .UseSetting("Alerts:StoreSecrets:main:hook", Secret).UseSetting("Alerts:StoreSecrets:main:sign", "s3cret-sign")
            .UseSetting("Alerts:StoreSecrets:main:slack-url", $"{receiver.Url}/slack/s3cret-token")
            .UseSetting("Alerts:StoreSecrets:main:sid", "AC1").UseSetting("Alerts:StoreSecrets:main:auth", "s3cret-auth")
            .UseSetting("Alerts:Smtp:Host", "localhost").UseSetting("Alerts:Smtp:Port", $"{mailPort}").UseSetting("Alerts:Smtp:Security", "None").UseSetting("Alerts:Smtp:From", "ModelOps <alerts@shop.example>"));
        var client = new AlertsClient(service.CreateClient());
        await client.PutRulesAsync(StoreId.Main, new NewAlertRuleSet($$$"""
            channels:
              - { name: mail, kind: email, to: [one@shop.example, two@shop.example] }
              - { name: hook, kind: webhook, url: "{{{receiver.Url}}}/hook", secret: hook }
              - { name: slack, kind: slack, url_secret: slack-url }
              - { name: dingtalk, kind: dingtalk, url: "{{{receiver.Url}}}/dingtalk?access_token=t", secret: sign }
              - { name: wecom, kind: wecom, url: "{{{receiver.Url}}}/wecom?key=k" }
              - { name: feishu, kind: feishu, url: "{{{receiver.Url}}}/feishu", secret: sign }
              - { name: twilio, kind: sms, url: "{{{receiver.Url}}}/twilio", to: ["+4915112345678"], body: "To={{to}}&From=%2B1555&Body={{text}}", user_secret: sid, password_secret: auth }
              - { name: alibaba, kind: alibaba-sms, url: "{{{receiver.Url}}}", to: ["13800000000"], access_key_id: id, access_key_secret: sign, sign_name: 店铺, template_code: SMS_1 }
            routes:
              - { name: all, channels: [mail, hook, slack, dingtalk, wecom, feishu, twilio, alibaba] }
            """, "test"));

        await client.TestAsync(StoreId.Main, new AlertTestRequest("all"));

        IReadOnlyList<AlertDelivery> deliveries = [];
        await Eventually.TrueAsync(async () => (deliveries = (await client.ListDeliveriesAsync(StoreId.Main)).Items).All(delivery => delivery.State == DeliveryState.Delivered), "every delivery");
        Assert.Equal(8, deliveries.Count);
        Assert.All(deliveries, delivery => Assert.Equal([false, true], delivery.Attempts.Select(attempt => attempt.Error is null)));
        Assert.All(receiver.Requests.GroupBy(request => request.Path), requests => Assert.Equal(2, requests.Count()));
        Assert.All(deliveries.Where(delivery => delivery.Channel is "dingtalk" or "feishu" or "alibaba"), delivery => Assert.Equal("127.0.0.1 answered 503: come back with •••", delivery.Attempts[0].Error));

        var hooks = Of("/hook");
        Assert.Single(hooks.Select(hook => hook.Headers["webhook-id"]).Distinct()); // a receiver drops what it knows
        Assert.All(hooks, hook => Assert.True(WebhookSignature.Holds(
            Secret, hook.Headers[WebhookSignature.IdHeader], long.Parse(hook.Headers[WebhookSignature.TimestampHeader], CultureInfo.InvariantCulture), hook.Body, hook.Headers[WebhookSignature.SignatureHeader])));
        Assert.Equal("alerts.test", Json(hooks[1]).GetProperty("type").GetString());
        Assert.StartsWith("*[TEST]", Json(Of("/slack/s3cret-token")[1]).GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Matches("^\\?access_token=t&timestamp=[0-9]{13}&sign=[A-Za-z0-9%]+$", Of("/dingtalk")[1].Query);
        Assert.Equal("markdown", Json(Of("/wecom")[1]).GetProperty("msgtype").GetString());
        var feishu = Json(Of("/feishu")[1]);
        Assert.Equal(FeishuNotifier.Signature("s3cret-sign", feishu.GetProperty("timestamp").GetString()!), feishu.GetProperty("sign").GetString());
        Assert.StartsWith("To=%2B4915112345678&From=%2B1555&Body=%5BTEST%5D%20ModelOps", Of("/twilio")[1].Body, StringComparison.Ordinal);
        Assert.Equal($"Basic {Convert.ToBase64String("AC1:s3cret-auth"u8)}", Of("/twilio")[1].Headers["authorization"]);
        Assert.Contains("SignName=%E5%BA%97%E9%93%BA", Of("/")[1].Query, StringComparison.Ordinal);
        Assert.Equal("SendSms", Of("/")[1].Headers["x-acs-action"]);
        var mail = Assert.Single(mails.Taken);
        Assert.Equal($"{deliveries.Single(delivery => delivery.Channel == "mail").Id}@modelops", mail.MessageId);
        Assert.Equal("one@shop.example,two@shop.example", string.Join(',', mail.To.Mailboxes.Select(to => to.Address)));
        Assert.StartsWith("[TEST]", mail.Subject, StringComparison.Ordinal);
        await stopMail.CancelAsync();
        await mailServer;

        List<Received> Of(string path) => [.. receiver.Requests.Where(request => request.Path == path)];
    }

    [Fact]
    public async Task PrivateAddress_IsRefused_AndARobotsNoIsAFailure()
    {
        await using var receiver = await Receiver.StartAsync("""{"errcode":310000,"errmsg":"sign not match"}""");
        var port = new Uri(receiver.Url).Port;
        await using var service = await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"], builder => builder.UseSetting("Alerts:MaxAttempts", "1").UseSetting("Alerts:AllowedNetworks:0", "127.0.0.1/32"));
        var client = new AlertsClient(service.CreateClient());
        await client.PutRulesAsync(StoreId.Main, new NewAlertRuleSet($$"""
            channels:
              - { name: allowed, kind: dingtalk, url: "http://127.0.0.1:{{port}}/" }
              - { name: private, kind: slack, url: "https://127.0.0.2:{{port}}/" }
              - { name: plain, kind: slack, url: "http://8.8.8.8/" }
              - { name: secretless, kind: slack, url_secret: nobody-set-it }
            routes:
              - { name: all, channels: [allowed, private, plain, secretless] }
            """));

        await client.TestAsync(StoreId.Main, new AlertTestRequest("all"));

        IReadOnlyList<AlertDelivery> deliveries = [];
        await Eventually.TrueAsync(async () => (deliveries = (await client.ListDeliveriesAsync(StoreId.Main)).Items).All(delivery => delivery.State == DeliveryState.Failed), "every refusal");
        var errors = deliveries.ToDictionary(delivery => delivery.Channel, delivery => delivery.Attempts.Single().Error!);
        Assert.Contains("sign not match", errors["allowed"], StringComparison.Ordinal);
        Assert.Contains("127.0.0.2 has no public address", errors["private"], StringComparison.Ordinal);
        Assert.Contains("Use https", errors["plain"], StringComparison.Ordinal);
        Assert.Contains("Alerts__StoreSecrets__main__nobody-set-it", errors["secretless"], StringComparison.Ordinal);
        Assert.Single(receiver.Requests);
    }

    private static JsonElement Json(Received request) => JsonDocument.Parse(request.Body).RootElement;

    /// <summary>A mailbox that is full at first.</summary>
    private sealed class Mailbox : MessageStore
    {
        private int asked;

        public ConcurrentQueue<MimeMessage> Taken { get; } = new();

        public override async Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref asked) == 1)
                return SmtpResponse.SizeLimitExceeded;
            using var stream = new MemoryStream(buffer.ToArray());
            Taken.Enqueue(await MimeMessage.LoadAsync(stream, cancellationToken));
            return SmtpResponse.Ok;
        }
    }
}
