using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.DataParallel;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Tests.DataParallel;

public class LessonTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_ItsBytes_IsTheSame(bool described)
    {
        var lesson = new Lesson(Shop.Small with { Hosts = ["a"], Loss = "sampled" }, [0, 0.25f, 0.75f], 2, described ? new ItemFeatures(2, 1, [0, 1, 2]) { Pictures = new ItemPictures("", 2, [0, 0, 1, 0, 0, 1]) } : null, [new Window([1, 2], described ? [1, 0.5f] : null), new Window([2, 1, 2], described ? [0, 1, 2] : null)]);
        var read = Lesson.Of(lesson.ToBytes());
        Assert.Equal(lesson.Parameters with { Hosts = null }, read.Parameters with { Hosts = null });
        Assert.Equal(lesson.Parameters.Hosts, read.Parameters.Hosts);
        Assert.Equal(lesson.Shares, read.Shares);
        Assert.Equal(lesson.Chosen, read.Chosen);
        Assert.Equal(lesson.Features?.Ids, read.Features?.Ids);
        Assert.Equal(lesson.Features?.Pictures?.Vectors, read.Features?.Pictures?.Vectors);
        Assert.Equal(lesson.Windows.Select(window => window.Items), read.Windows.Select(window => window.Items));
        Assert.Equal(lesson.Windows.Select(window => window.Weights), read.Windows.Select(window => window.Weights));
    }
}
