using System.Diagnostics;
using System.Globalization;
using ModelOps.Trainer.Training;
using static TorchSharp.torch;

namespace ModelOps.Bench.TrainingSpeed;

/// <summary>The trainer itself: its own batches, learner and steps.</summary>
internal static class Ours
{
    public static async Task RunAsync(string folder, int steps)
    {
        set_num_threads(Environment.ProcessorCount); // of which a pass takes what it can use
        var inputs = await Inputs.ReadAsync(folder);
        var rate = inputs.Parameters.LearningRate;
        using (var check = inputs.NewLearner(dropout: 0))
        {
            check.Network.train();
            manual_seed(Work.Seed);
            Report("losses", inputs.Windows.Batches(inputs.Parameters.BatchSize, Work.Seed).Take(steps).Select(batch => check.Step(batch, rate)));
        }
        using var learner = inputs.NewLearner(inputs.Parameters.Dropout);
        learner.Pass(inputs.Windows, seed: 2, pass: 0, halvings: 0);
        var (watch, before) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
        learner.Pass(inputs.Windows, seed: 3, pass: 1, halvings: 0);
        Report("timed", [inputs.Windows.Count, watch.Elapsed.TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds]);
        Console.ReadLine();
    }

    public static void Report(string what, IEnumerable<double> numbers) => Console.WriteLine($"{what} {string.Join(' ', numbers.Select(number => number.ToString("r", CultureInfo.InvariantCulture)))}");
}
