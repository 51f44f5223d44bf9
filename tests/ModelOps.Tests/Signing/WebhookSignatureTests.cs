using ModelOps.Contracts.Signing;

namespace ModelOps.Tests.Signing;

public sealed class WebhookSignatureTests
{
    [Fact]
    public void Of_TheStandardsExample_IsItsSignature()
    {
        // The example of https://github.com/standard-webhooks/standard-webhooks, libraries/python/tests.
        const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        const string Body = "{\"test\": 2432232314}";

        var signature = WebhookSignature.Of(Secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Body);

        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);
        Assert.True(WebhookSignature.Holds(Secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Body, $"v1,wrong {signature}"));
        Assert.False(WebhookSignature.Holds(Secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265331, Body, signature));
    }
}
