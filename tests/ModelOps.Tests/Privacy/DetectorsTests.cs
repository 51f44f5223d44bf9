using CsCheck;
using ModelOps.DataPrep.Privacy;
using ModelOps.Privacy;

namespace ModelOps.Tests.Privacy;

public sealed class DetectorsTests
{
    private static readonly PersonalData Store = new("a store's key, 32 bytes at least"u8.ToArray());
    private static readonly PersonalData OtherStore = new("another store's key, as long too"u8.ToArray());

    private static Gen<string> One(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static readonly Gen<string> Letters = Gen.Char["abcdefghijklmnopqrstuvwxyz"].Array[2, 9].Select(letters => new string(letters));
    private static readonly Gen<string> Digits = Gen.Char["0123456789"].Array[18].Select(digits => new string(digits));

    private static readonly Gen<(string Kind, string Text)> Emails = Gen.Select(Letters, One(".", "_", "+", "-", ""), Letters, Letters, One("com", "co.uk", "de", "cn", "shop"),
        (name, join, more, host, top) => ("email", $"{name}{join}{more}@{host}.{top}"));

    private static readonly Gen<(string Kind, string Text)> Cards = Gen.Select(One("4", "51", "55", "2221", "62"), Digits, One("", " ", "-"), (issuer, digits, separator) =>
    {
        var body = (issuer + digits)[..15];
        var number = body + "0123456789".First(check => CardNumber.PassesLuhn(body + check));
        return ("card", string.Join(separator, Enumerable.Range(0, 4).Select(group => number.Substring(4 * group, 4))));
    });

    private static readonly Gen<(string Kind, string Text)> ResidentIds = Gen.Select(Gen.Int[110000, 659000], Gen.Date[new DateTime(1930, 1, 1), new DateTime(2020, 1, 1)], Gen.Int[0, 999], (region, born, order) =>
    {
        var body = $"{region}{born:yyyyMMdd}{order:000}";
        return ("resident", body + ResidentId.CheckDigit(body));
    });

    private static readonly Gen<(string Kind, string Text)> Phones = Gen.OneOf(
        Gen.Select(One("139", "150", "186"), Gen.Int[10_000_000, 99_999_999], (prefix, rest) => $"{prefix}{rest}"),
        Gen.Select(One("212", "415", "650"), Gen.Int[200, 999].Where(n => n % 100 != 11), Gen.Int[1000, 9999], (area, exchange, line) => $"({area}) {exchange}-{line}"),
        Gen.Int[100, 999].Select(n => $"+44 7911 123{n}"),
        Gen.Int[1000, 9999].Select(n => $"+49 30 1234{n}")).Select(text => ("phone", text));

    private static readonly Gen<(string Kind, string Text)> Addresses = Gen.OneOf(
        Gen.Select(Gen.Int[1, 999], One("Baker", "Abbey", "Kings Cross"), One("Street", "Road", "Lane"), (number, name, kind) => $"{number} {name} {kind}"),
        Gen.Select(One("Hauptstraße", "Goethestr.", "Lindenweg"), Gen.Int[1, 200], (street, number) => $"{street} {number}"),
        Gen.Select(One("北京市海淀区", "上海市浦东新区", ""), One("中关村大街", "世纪大道", "南京路"), Gen.Int[1, 999], (town, street, number) => $"{town}{street}{number}号")).Select(text => ("address", text));

    private static readonly Gen<string> Around = One("", "Please write to ", "my number is: ", "联系 ", "(private) ", "red shoes, size 42, ");

    [Fact]
    public void Detail_AmongOtherWords_IsFoundWhole() => Gen.Select(Around, Gen.OneOf(Emails, Cards, ResidentIds, Phones, Addresses), One("", ", thanks", " .", "!"), (before, detail, after) => (before, detail, after))
        .Sample(sample =>
        {
            var text = sample.before + sample.detail.Text + sample.after;
            var hidden = Store.ProtectFreeText(text);

            var finding = Assert.Single(PersonalData.Find(text, withAddresses: true));
            Assert.Equal(sample.detail.Kind, finding.Kind);
            Assert.DoesNotContain(sample.detail.Text, hidden, StringComparison.Ordinal);
            Assert.StartsWith(sample.before, hidden, StringComparison.Ordinal);
            Assert.EndsWith(sample.after, hidden, StringComparison.Ordinal);
            Assert.Equal(hidden, Store.ProtectFreeText(hidden));            // once is enough
            Assert.NotEqual(hidden, OtherStore.ProtectFreeText(text));     // and nobody else's
        }, iter: 3000);

    [Fact]
    public void Detail_SeveralInOneText_AreAllFound() => Gen.Select(Emails, Cards, ResidentIds, Phones).Sample((email, card, resident, phone) =>
        Assert.Equal(["email", "card", "resident", "phone"], PersonalData.Find($"{email.Text}; {card.Text}; {resident.Text}; {phone.Text}", withAddresses: false).Select(finding => finding.Kind)), iter: 500);

    [Fact]
    public void Card_WithAWrongDigit_IsNoCard() => Gen.Select(Cards, Gen.Int[1, 9]).Sample((card, add) =>
    {
        var wrong = card.Text[..^1] + (char)('0' + (card.Text[^1] - '0' + add) % 10);
        Assert.DoesNotContain(PersonalData.Find(wrong, withAddresses: false), finding => finding.Kind == "card");
    }, iter: 1000);

    [Fact]
    public void ResidentId_WithAWrongCheckDigit_IsNone() => ResidentIds.Sample(id =>
        Assert.DoesNotContain(PersonalData.Find(id.Text[..^1] + (id.Text[^1] == '1' ? '2' : '1'), withAddresses: false), finding => finding.Kind == "resident"), iter: 1000);

    [Theory]
    [InlineData("南京路8号")]
    [InlineData("长路1号")]
    [InlineData("Am Weg 1, Goethestr. 1")]
    public void Address_AsShortAsTheyGet_IsFound(string text) => Assert.Contains("address:", Store.ProtectFreeText(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("WHITE HANGING HEART T-LIGHT HOLDER")]
    [InlineData("SET/20 RED RETROSPOT PAPER NAPKINS")]
    [InlineData("85123A")]
    [InlineData("U00358352")]
    [InlineData("12347")]
    [InlineData("1300000000")]
    [InlineData("iPhone 15 Pro 256 GB, 6.1\"")]
    [InlineData("USB-C cable 2 m 100W @ 20V")]
    [InlineData("2011-03-13 07:06:40")]
    [InlineData("S7 Edge 32GB 4007120004567 EAN")]
    public void Text_OfAShop_IsLeftAlone(string text) => Assert.Equal(text, Store.Protect(text));

    [Fact]
    public void Phone_WrittenInAnotherWay_HasTheSameHash() => Assert.Equal(Store.Protect("+49 30 12345678"), Store.Protect("+49-30-12345678"));
}
