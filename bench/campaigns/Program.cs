// Uplift and response on public data beside the project:
//   dotnet run -c Release --project bench/campaigns -- [hillstrom] [online-shoppers] [bank-marketing]
// Without a name, all three.
using ModelOps.Bench.Campaigns;

var parts = new Dictionary<string, Action> { ["hillstrom"] = Hillstrom.Run, ["online-shoppers"] = OnlineShoppers.Run, ["bank-marketing"] = BankMarketing.Run };
foreach (var name in args.Length > 0 ? args : [.. parts.Keys])
{
    if (!parts.TryGetValue(name, out var run))
        throw new ArgumentException($"There is no part '{name}'. They are: {string.Join(", ", parts.Keys)}.");
    run();
}
