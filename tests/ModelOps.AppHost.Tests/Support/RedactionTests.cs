using ModelOps.AppHost.LocalEngine.Support;

namespace ModelOps.AppHost.Tests.Support;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("the api key is 0123456789abcdef0123", "0123456789abcdef0123")]
    [InlineData("Host=db;Username=postgres;Password=hunter22;Database=x", "hunter22")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Zm9vYmFyYmF6cXV4==;x", "Zm9vYmFyYmF6cXV4")]
    [InlineData("postgres://shop:s3cr3tpw@db/x", "s3cr3tpw")]
    [InlineData("x-api-key: sk_x3Jq0aBcDeFg", "x3Jq0aBcDeFg")]
    [InlineData("called with ?key=1&sig=abcDEF%2F123", "abcDEF")]
    [InlineData("Authorization: Bearer abcdefghijklmnop", "abcdefghijklmnop")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "eyJzdWIiOiIxIn0")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----", "MHcCAQEE")]
    [InlineData("{\"access_token\": \"tok-991\"}", "tok-991")]
    [InlineData("mail to anna.berg+shop@example.com failed", "anna.berg")]
    [InlineData("call +49 (30) 1234-5678 back", "1234-5678")]
    [InlineData("card 4111 1111 1111 1111 refused", "1111 1111")]
    [InlineData("for shopper 20000, by recommend", "20000")]
    [InlineData("{\"userId\":\"u-17\"}", "u-17")]
    [InlineData("DELETE /v1/people/anna/data", "anna")]
    [InlineData("connection from 203.0.113.7 refused", "203.0.113.7")]
    [InlineData("connection from 2001:db8::17:a refused", "2001:db8")]
    [InlineData("connection from [2001:db8:1:2:3:4:5:6]:443 refused", "db8")]
    [InlineData("connection from ::ffff:203.0.113.7 refused", "203.0.113.7")]
    [InlineData("GET /v1/profiles/anna answers 404", "anna")]
    [InlineData("password='two words' is wrong", "words")]
    [InlineData("{\"secret\": \"two, words\"}", "words")]
    [InlineData("{\\\"password\\\":\\\"hidden words\\\"}", "words")]
    [InlineData("{\"password\": 48291057}", "48291057")]
    public void Of_TakesOutWhatIsNobodysBusiness(string text, string secret)
    {
        Assert.Contains(secret, text, StringComparison.Ordinal);

        Assert.DoesNotContain(secret, new Redaction(["0123456789abcdef0123"]).Of(text), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Now listening on http://127.0.0.1:20871")]
    [InlineData("registry is well, 14 migrations applied, PostgreSQL 18.4, user namespaces allowed")]
    [InlineData("trace 4bf92f3577b34da6a3ce929d0e0e4736 took 0.0123 s")]
    [InlineData("22:37:52 listening on http://[::]:8080 and http://[::1]:8080")]
    public void Of_LeavesTheRest(string text) => Assert.Equal(text, new Redaction([]).Of(text));
}
