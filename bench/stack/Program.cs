// The timings of the whole stack, as somebody who clones it meets them:  dotnet run -c Release --project bench/stack
//   caches=cold   downloads every package anew into a folder of its own (default: warm, whatever this user has)
//   keep=true     leaves the clone and its data behind
// What is committed is measured: the working copy is cloned. Linux only; uses ports of its own.
using ModelOps.Bench.Stack;

var settings = args.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[^1]);
using var clone = CleanClone.Of(Repository.Root(), cold: settings.GetValueOrDefault("caches") == "cold", keep: settings.GetValueOrDefault("keep") == "true");
var report = new Report();

await using (var first = clone.Start("dotnet", "run", "--project", "ModelOps.AppHost"))
{
    report.Add("clean clone, `dotnet run`, to the first recommendation", await first.UntilAsync("First recommendation", TimeSpan.FromMinutes(30)), TimeSpan.FromMinutes(5));
    // The demo's visitors come after it; they are part of the first start, not of the measure.
    await first.UntilAsync("shoppers have reacted", TimeSpan.FromMinutes(5));
    report.Add("Ctrl+C to the last process gone", await first.StopAsync(), TimeSpan.FromSeconds(10));
}

await using (var second = clone.Start(clone.BuiltAppHost))
{
    report.Add("second start, built, to all-healthy", await second.UntilAsync("Distributed application started", TimeSpan.FromMinutes(5)), TimeSpan.FromSeconds(25));
    second.RequireHealthy();
    await Task.Delay(TimeSpan.FromMinutes(1)); // idle
    report.Add("idle memory, a minute later", second.Processes());
}
return report.Print();
