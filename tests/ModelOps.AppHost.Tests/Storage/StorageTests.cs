using Microsoft.Extensions.Configuration;
using ModelOps.AppHost.LocalEngine.Running;
using ModelOps.AppHost.LocalEngine.Storage;

namespace ModelOps.AppHost.Tests.Storage;

public sealed class StorageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Secret_AcrossRestarts_IsTheSameAndItsOwnersOnly()
    {
        var path = Path.Combine(_folder.Path, "data");
        var first = new DataFolder(path).Secrets.GetOrCreate("api-key");

        Assert.Equal(first, new DataFolder(path).Secrets.GetOrCreate("api-key"));
        Assert.NotEqual(first, new DataFolder(path).Secrets.GetOrCreate("service-key"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(path, Secrets.FileName)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Parameter_Configured_IsNotGenerated()
    {
        var builder = DistributedApplication.CreateBuilder(["--data", _folder.Path, "--Parameters:api-key=given"]);

        Assert.Equal("given", builder.AddParameter("api-key", secret: true).Resource.Value);
        Assert.Equal("default", builder.AddParameter("plain", "default").Resource.Value);
        Assert.Contains("Parameters__missing", Assert.Throws<DistributedApplicationException>(() => builder.AddParameter("missing").Resource.Value).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lock_SecondHolder_IsRefused()
    {
        var data = new DataFolder(_folder.Path);
        using (EngineLock.Take(data))
            Assert.Contains($"process {Environment.ProcessId}", Assert.Throws<DistributedApplicationException>(() => EngineLock.Take(data)).Message, StringComparison.Ordinal);

        EngineLock.Take(data).Dispose();
    }

    [Fact]
    public void FullDisk_IsNamed()
    {
        var said = new StringWriter();
        var console = new EngineConsole(said, colours: false);

        Assert.Contains("The disk is full: 100 MB", Assert.Throws<DistributedApplicationException>(() => FreeSpace.Check("/data", 100L << 20, console)).Message, StringComparison.Ordinal);
        FreeSpace.Check("/data", 500L << 20, console);
        Assert.Contains("The disk is nearly full: 500 MB", said.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Logs:Megabytes", "0")]
    [InlineData("Logs:Files", "many")]
    public void LogLimits_OutOfRange_AreRefused(string name, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(name, value)]).Build();

        Assert.Contains("Logs:", Assert.Throws<DistributedApplicationException>(() => LogLimits.Of(configuration)).Message, StringComparison.Ordinal);
        Assert.Equal((10, 3), (LogLimits.Of(new ConfigurationBuilder().Build()).Megabytes, LogLimits.Of(new ConfigurationBuilder().Build()).Files));
    }

    [Fact]
    public void Log_GrownOverItsLimit_IsRotated()
    {
        var path = Path.Combine(_folder.Path, "registry.log");
        using (var log = new ResourceLog(path, maximumBytes: 1000, predecessors: 2))
            for (var line = 0; line < 200; line++)
                log.Write($"line {line} ...................");

        Assert.Equal(["registry.log", "registry.log.1", "registry.log.2"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(_folder.Path), file => Assert.InRange(new FileInfo(file).Length, 1, 1100));
        Assert.Contains("line 199", File.ReadAllText(path), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
