// Ten months of a real shop, day by day: a model that is renewed by itself against one that was trained once.
//   dotnet run -c Release --project bench/replay -- [share=0.15] [folder=…] [figure=docs/figures/retail-replay.svg] [name=value …]
// Each day of UCI Online Retail arrives on a simulated clock. When enough new rows are there, and not before a week is over, the trainer's
// own worker trains again, beginning with the weights of the version before. Each Monday both are asked what the week's known
// customers will buy. Other parameters are those of a training run. The folder keeps what was reached: a second call goes on there.
using System.Globalization;
using ModelOps.Bench.Replay;

var settings = args.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
var folder = settings.Remove("folder", out var chosen) ? chosen : Path.Combine(Path.GetTempPath(), "modelops-bench", "replay");
var share = settings.Remove("share", out var asked) ? double.Parse(asked, CultureInfo.InvariantCulture) : .15;
settings.Remove("figure", out var figure);

var shop = await Shop.ReadAsync(folder);
var state = await new Replay(shop, folder, share, settings).RunAsync();
var gain = state.Gain();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
    {state.Weeks.Count} weeks, {state.Weeks.Sum(week => week.Cases)} questions, {state.Trainings.Count - 1} retrainings ({state.Trainings.Count(training => training.IsWarm)} warm)
    NDCG@10 on the next week, mean over weeks: renewed {state.Weeks.Average(week => week.Renewed):f4}, trained once {state.Weeks.Average(week => week.Once):f4}
    gain {gain.Mean:f4}, 95 % interval {gain.Low:f4} to {gain.High:f4} (weeks resampled); {gain.Mean / state.Weeks.Average(week => week.Once):P1} of it
    better in {state.Weeks.Count(week => week.Renewed > week.Once)} weeks of {state.Weeks.Count}
    """));
if (figure is not null)
    Figure.Of(state).Write(figure);
return gain.Low > 0 ? 0 : 1;
