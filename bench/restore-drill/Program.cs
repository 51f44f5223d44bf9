// A backup is worth what its restore gives:  dotnet run -c Release --project bench/restore-drill
//   users=1000    shoppers of the demo shop who are asked for before and after
//   keep=true     leaves the data and the backup behind
// Needs a built AppHost (dotnet build ModelOps.AppHost). The backup is made while the shop runs; then the data folder is deleted and restored.
using ModelOps.Bench.RestoreDrill;

var settings = args.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[^1]);
var users = int.Parse(settings.GetValueOrDefault("users", "1000"), System.Globalization.CultureInfo.InvariantCulture);
using var shop = new DrilledShop(keep: settings.GetValueOrDefault("keep") == "true");

IReadOnlyList<string> before;
await using (var running = shop.Start())
{
    await running.UntilAsync("shoppers have reacted", TimeSpan.FromMinutes(30));
    before = await shop.AnswersAsync(users);
    await shop.CommandAsync("backup");
    await running.StopAsync();
}
shop.Wipe();
await shop.CommandAsync("restore");

await using (var restored = shop.Start("--Demo=false"))
{
    await restored.UntilAsync("Distributed application started", TimeSpan.FromMinutes(10));
    restored.RequireHealthy();
    var after = await shop.AnswersAsync(users);
    var same = before.Zip(after).Count(pair => pair.First == pair.Second);
    if (before.Zip(after).FirstOrDefault(pair => pair.First != pair.Second) is { First: { } was, Second: { } now })
        Console.WriteLine($"before: {was}\nafter:  {now}");
    Console.WriteLine($"== the same answer, byte for byte but for its token, for {same} of {users} shoppers; {before.Distinct().Count()} different answers; backup of {shop.BackupBytes / 1e6:0} MB");
    return same == users ? 0 : 1;
}
