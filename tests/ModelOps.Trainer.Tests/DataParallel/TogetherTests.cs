using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ModelOps.Contracts.Runs;
using ModelOps.Trainer.DataParallel;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Tests.DataParallel;

/// <summary>Worker processes under the real mpirun.</summary>
public class TogetherTests
{
    /// <summary>Sixty shoppers in batches of three are twenty steps a pass; without dropout only order and negatives are drawn.</summary>
    private const string TwoHundredSteps = "\"batchSize\":3,\"epochs\":10,\"patience\":10,\"dropout\":0,\"loss\":\"sampled\",\"negatives\":8,\"dimensions\":16,\"length\":12,\"refit\":\"none\",\"tuningRounds\":0,\"learningRate\":0.003";

    [Fact]
    public async Task Run_TwoProcesses_LoseWhatOneLoses()
    {
        SkipWithoutMpi();
        var alone = await LossesAsync(1, "adamw");
        var together = await LossesAsync(2, "adamw");
        Assert.Equal(10, alone.Count(point => point.Phase == "validate"));
        Assert.Equal(alone.Count, together.Count);
        Assert.All(alone.Zip(together), pair => Assert.InRange(Math.Abs(pair.First.Loss - pair.Second.Loss) / pair.First.Loss, 0, 1e-4));
    }

    /// <summary>A batch that has fewer rows than there are processes.</summary>
    [Fact]
    public async Task Run_MoreProcessesThanRows_LoseWhatOneLoses()
    {
        SkipWithoutMpi();
        var alone = await LossesAsync(1, "adamw", "\"batchSize\":2,\"epochs\":2");
        var together = await LossesAsync(3, "adamw", "\"batchSize\":2,\"epochs\":2");
        Assert.All(alone.Zip(together), pair => Assert.InRange(Math.Abs(pair.First.Loss - pair.Second.Loss) / pair.First.Loss, 0, 1e-4));
    }

    [Fact]
    public async Task Run_OneOfTwoIsKilled_TheOtherGoesOnFromTheCheckpoint()
    {
        SkipWithoutMpi();
        var alone = await LossesAsync(1, "adamw");
        using var folder = await FolderOfAsync(2, "adamw");
        var (said, points, killed) = (new StringBuilder(), new Dictionary<(string, int), EpochPoint>(), 0);
        var end = await WorkerProcess.RunAsync(folder.Path, (message, line) =>
        {
            said.AppendLine(line);
            if (message?.Epoch is { } point)
            {
                points[(point.Phase, point.Epoch)] = point;
                if (point.Epoch == 3 && killed == 0)
                    killed = KillSecond(folder.Path);
            }
            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);

        Assert.True(end.Result is not null, $"{end.Error} {end.Errors} {said}");
        Assert.NotEqual(0, killed);
        Assert.Contains("A process of the training was lost; 1 goes on from the checkpoint.", said.ToString(), StringComparison.Ordinal);
        Assert.All(alone, point => Assert.InRange(Math.Abs(point.Loss - points[(point.Phase, point.Epoch)].Loss) / point.Loss, 0, 1e-4));
    }

    [Fact]
    public async Task Run_LossThatIsNaN_SaysSoOnceAndStartsNoneAnew()
    {
        SkipWithoutMpi();
        using var folder = await FolderOfAsync(2, "sgd", "\"learningRate\":1,\"clipNorm\":1000,\"weightDecay\":10,\"epochs\":10000,\"patience\":1000");
        var said = new StringBuilder();
        var end = await WorkerProcess.RunAsync(folder.Path, (_, line) =>
        {
            said.AppendLine(line);
            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);
        Assert.Contains("Lower 'learningRate'", end.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("was lost", said.ToString(), StringComparison.Ordinal);
    }

    private static void SkipWithoutMpi() => Assert.SkipWhen(Launch.Program() is null, "Open MPI is not installed: mpirun is in no folder of PATH.");

    private static async Task<List<EpochPoint>> LossesAsync(int workers, string optimizer, string? more = null)
    {
        using var folder = await FolderOfAsync(workers, optimizer, more);
        var points = new List<EpochPoint>();
        var end = await WorkerProcess.RunAsync(folder.Path, (message, _) =>
        {
            if (message?.Epoch is { } point)
                points.Add(point);
            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);
        Assert.True(end.Result is not null, $"{end.Error} {end.Errors}");
        return points;
    }

    private static async Task<Folder> FolderOfAsync(int workers, string optimizer, string? more = null)
    {
        var folder = new Folder();
        await SmallDataset.WriteAsync(folder.Path);
        var parameters = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>($$"""{{{TwoHundredSteps}},"workers":{{workers}},"optimizer":"{{optimizer}}"}""")!;
        foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, JsonElement>>($"{{{more}}}")!)
            parameters[name] = value;
        await new TrainingTask(Guid.NewGuid(), "recommend", SmallDataset.Version, parameters).WriteAsync(folder.Path);
        return folder;
    }

    /// <summary>The process that trains in <paramref name="folder"/> and is not the first.</summary>
    private static int KillSecond(string folder)
    {
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            try
            {
                if (!File.ReadAllText(Path.Combine(process, "cmdline")).Contains($"\0{folder}\0", StringComparison.Ordinal) || !File.ReadAllText(Path.Combine(process, "environ")).Contains("OMPI_COMM_WORLD_RANK=1\0", StringComparison.Ordinal))
                    continue;
                using var second = Process.GetProcessById(int.Parse(Path.GetFileName(process), System.Globalization.CultureInfo.InvariantCulture));
                second.Kill();
                return second.Id;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
            {
                // It ended meanwhile, or is another's.
            }
        }
        return 0;
    }
}
