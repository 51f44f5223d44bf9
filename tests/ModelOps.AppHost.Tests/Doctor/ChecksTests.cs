using ModelOps.AppHost.LocalEngine.Doctor;
using ModelOps.AppHost.LocalEngine.Doctor.Checks;

namespace ModelOps.AppHost.Tests.Doctor;

public sealed class ChecksTests
{
    private const long Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(50, "Broken")]
    [InlineData(500, "Warning")]
    [InlineData(5_000, "Fine")]
    public void Disk_ByFreeSpace(long megabytes, string kind) => IsAsExpected(kind, DiskCheck.Of("disk", "/data", megabytes * Megabyte));

    [Theory]
    [InlineData(1_000, false, "Broken")]
    [InlineData(2_000, false, "Warning")]
    [InlineData(1_000, true, "Fine")]
    [InlineData(100, true, "Broken")]
    [InlineData(8_000, false, "Fine")]
    public void Memory_ByWhatIsFree(long megabytes, bool isRunning, string kind) => IsAsExpected(kind, MemoryCheck.Of(megabytes * Megabyte, isRunning));

    [Theory]
    [InlineData(0.5, "Fine")]
    [InlineData(-5, "Warning")]
    [InlineData(600, "Broken")]
    public void Clock_BySkew(double seconds, string kind) => IsAsExpected(kind, ClockCheck.Of(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Migrations_PendingAndNewer_AreTold()
    {
        var known = new HashSet<string> { "1_First", "2_Second" };

        IsAsExpected("Fine", MigrationsCheck.Of("registry", known, known));
        IsAsExpected("Warning", MigrationsCheck.Of("registry", known, new HashSet<string> { "1_First" }));
        var newer = MigrationsCheck.Of("registry", known, new HashSet<string> { "1_First", "2_Second", "3_Third" });
        IsAsExpected("Broken", newer);
        Assert.Contains("3_Third", newer.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v20.20.2", 20)]
    [InlineData("setsid from util-linux 2.38.1", 2)]
    [InlineData("10.0.401", 10)]
    [InlineData("nothing", 0)]
    public void Tools_Version_IsItsFirstNumber(string said, int major) => Assert.Equal(major, ToolsCheck.MajorOf(said));

    [Fact]
    public void Memory_IsReadInBytes() => Assert.Equal(2_048_000, MemoryCheck.Available(["MemTotal:  9000 kB", "MemAvailable:    2000 kB"]));

    /// <summary>Whatever is wrong has a remedy.</summary>
    private static void IsAsExpected(string kind, Finding finding)
    {
        Assert.Equal(kind, finding.Kind.ToString());
        Assert.Equal(kind is "Broken" or "Warning", finding.Remedy is { Length: > 10 });
    }
}
