using System.Text;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.Tests.Checks;
using ModelOps.Tests.Sources;

namespace ModelOps.Tests.Imports;

public sealed class WorkProgressTests
{
    [Fact]
    public void Totals_AreKnownWhenEveryPartHasSpoken()
    {
        var progress = new WorkProgress();
        Assert.Null(progress.Snapshot);

        progress.Begin("fetching", 2);
        progress.Announce(3, 300);
        Assert.Equal(new ImportProgress("fetching", 0, null, 0, null, 0), progress.Snapshot);

        progress.Announce(1, 50);
        progress.Report(20);
        progress.Report(80);
        Assert.Equal(new ImportProgress("fetching", 0, 4, 80, 350, 0), progress.Snapshot);

        progress.FileDone(100);
        progress.AddRows(7);
        Assert.Equal(new ImportProgress("fetching", 1, 4, 100, 350, 7), progress.Snapshot);
    }

    [Fact]
    public void Size_OfWhatOnlyTheEndTells_IsNotClaimed()
    {
        var progress = new WorkProgress();
        progress.Begin("fetching", 2);
        progress.Announce(1, 300);
        progress.Announce(1, null);

        Assert.Equal((2, null), (progress.Snapshot!.TotalFiles, progress.Snapshot.TotalBytes));

        progress.Begin("checking");
        Assert.Equal(new ImportProgress("checking", 0, null, 0, null, 0), progress.Snapshot);
    }

    [Fact]
    public void Reading_CountsTheFilesBytes()
    {
        var content = Encoding.UTF8.GetBytes("USER_ID,ITEM_ID\n" + string.Concat(Enumerable.Range(0, 2000).Select(i => $"{i},a{i}\n")));
        var progress = WorkProgress.Current = new WorkProgress();
        progress.Begin("reading", 1);

        ReadSource.Of(content);

        Assert.Equal(content.Length, progress.Snapshot!.Bytes);
    }

    [Fact]
    public async Task Building_CountsFilesBytesAndRows()
    {
        const string good = "USER_ID,ITEM_ID,TIMESTAMP\n1,a,1300000000\n2,b,1300000000\n";
        const string other = "colour,size\nred,3\n";
        var progress = WorkProgress.Current = new WorkProgress();

        await Assert.ThrowsAsync<MappingException>(() => BuiltFromCsv.FilesAsync([(SourceKind.Events, good), (SourceKind.Events, other)])); // and stays at the second file

        Assert.Equal(new ImportProgress("reading", 1, 2, good.Length + other.Length, good.Length + other.Length, 3), progress.Snapshot);
    }

    [Fact]
    public async Task Building_EndsWithTheLastStep()
    {
        var progress = WorkProgress.Current = new WorkProgress();
        using var version = await BuiltFromCsv.EventsAsync("USER_ID,ITEM_ID,TIMESTAMP\n1,a,1300000000\n");

        Assert.Equal("measuring", progress.Snapshot?.Step);
    }
}
