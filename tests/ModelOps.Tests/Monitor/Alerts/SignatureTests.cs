using System.Net;
using ModelOps.Monitor.Alerts.Notifiers;
using ModelOps.ServiceDefaults.Outgoing;

namespace ModelOps.Tests.Monitor.Alerts;

/// <summary>Signatures against the examples that their owners publish, or, where they have none, against what another language's library computes.</summary>
public sealed class SignatureTests
{
    [Fact] // the example of Alibaba Cloud's "V3 request structure and signature"
    public void AlibabaCloud()
    {
        var parameters = new Dictionary<string, string> { ["RegionId"] = "cn-shanghai", ["ImageId"] = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd" };
        using var request = AlibabaSmsNotifier.Signed(
            new Uri("https://ecs.cn-shanghai.aliyuncs.com"), "RunInstances", "2014-05-26", parameters, "YourAccessKeyId", "YourAccessKeySecret", new DateTimeOffset(2023, 10, 26, 10, 22, 32, TimeSpan.Zero), "3156853299f313e23d1673dc12e1703d");

        Assert.Equal(
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
            request.Headers.NonValidated["Authorization"].ToString());
    }

    [Fact] // computed with Python's hmac
    public void DingTalk() => Assert.Equal(
        "https://oapi.dingtalk.com/robot/send?access_token=t&timestamp=1700000000000&sign=lOvVf9TQCVugV68mGbSZCg0gzOl1SVjxWi1MyVZCUuA%3D",
        DingTalkNotifier.Signed(new Uri("https://oapi.dingtalk.com/robot/send?access_token=t"), "SECdemo", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000)).AbsoluteUri);

    [Fact] // computed with Python's hmac
    public void Feishu() => Assert.Equal("OrBzY1Y01Gq+HgJsl+7OfWcMVwc7YocohQm5iiZwjhU=", FeishuNotifier.Signature("feishu-secret", "1700000000"));

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("10.1.2.3", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    public void PublicAddress(string address, bool isPublic) => Assert.Equal(isPublic, PublicAddresses.Contains(IPAddress.Parse(address)));
}
