using ModelOps.Contracts;
using ModelOps.Jobs;
using ModelOps.Trainer.Runs;

namespace ModelOps.Trainer.Tests.Runs;

public sealed class RunFolderTests : IDisposable
{
    private readonly Folder folder = new();
    private readonly Job first = new(Guid.NewGuid(), StoreId.Main, TrainingJob.Kind, 1, 1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Create_NextAttempt_HasAFolderOfItsOwn_AndTheEarlierIsGone(bool relative)
    {
        var options = new TrainerOptions { WorkFolder = relative ? Path.GetRelativePath(Environment.CurrentDirectory, folder.Path) : folder.Path };
        var earlier = RunFolder.Create(options, first);
        var other = RunFolder.Create(options, first with { Id = Guid.NewGuid() });

        var next = RunFolder.Create(options, first with { Attempt = 2, Token = 2 });
        RunFolder.Remove(earlier); // as the attempt does that has lost its lease

        Assert.False(Directory.Exists(earlier));
        Assert.True(Directory.Exists(next));
        Assert.True(Directory.Exists(other));
    }

    [Fact]
    public void Keep_LeavesThePackageAlone()
    {
        var options = new TrainerOptions { WorkFolder = folder.Path };
        var attempt = RunFolder.Create(options, first);
        Directory.CreateDirectory(RunFolder.Package(attempt));
        File.WriteAllText(Path.Combine(RunFolder.Package(attempt), "model.onnx"), "new");
        Directory.CreateDirectory(RunFolder.Kept(options, first.Id));
        File.WriteAllText(Path.Combine(RunFolder.Kept(options, first.Id), "older"), "");

        RunFolder.Keep(options, first.Id, attempt);

        Assert.Equal([RunFolder.Kept(options, first.Id)], Directory.GetDirectories(folder.Path));
        Assert.Equal(["model.onnx"], Directory.GetFiles(RunFolder.Kept(options, first.Id)).Select(Path.GetFileName));

        RunFolder.RemoveAll(options, first.Id);
        Assert.Empty(Directory.GetDirectories(folder.Path));
    }

    public void Dispose() => folder.Dispose();
}
