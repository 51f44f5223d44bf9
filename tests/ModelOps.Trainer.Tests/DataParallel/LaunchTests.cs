using ModelOps.Trainer.DataParallel;

namespace ModelOps.Trainer.Tests.DataParallel;

public class LaunchTests
{
    [Fact]
    public void Arguments_HostsByTurns_ShareTheWorkers()
    {
        var arguments = new Launch(5, ["a", "b"]).Arguments(["OMP_WAIT_POLICY"]).ToList();
        Assert.Equal("5", arguments[arguments.IndexOf("-np") + 1]);
        Assert.Equal("localhost:2,a:2,b:1", arguments[arguments.IndexOf("--host") + 1]);
        Assert.Equal("OMP_WAIT_POLICY", arguments[arguments.IndexOf("-x") + 1]);
    }

    [Fact]
    public void Arguments_NoHosts_StayOnThisMachine() => Assert.DoesNotContain("--host", new Launch(2, []).Arguments([]));

    [Theory]
    [InlineData("mpirun noticed that process rank 1 with PID 9212 on node b exited on signal 9 (Killed).", "a.shop,c")]
    [InlineData("ORTE has lost communication with a remote daemon.\n\n  HNP daemon   : [[29,0],0] on node a\n  Remote daemon: [[29,0],2] on node c\n\nThis is usually due to", "a.shop,b")]
    [InlineData("mpirun noticed that process rank 0 with PID 9212 on node elsewhere exited on signal 6 (Aborted).", "a.shop,b,c")]
    [InlineData("mpirun noticed that process rank 1 with PID 9212 on node a exited on signal 9 (Killed).", "b,c")]
    [InlineData("", "a.shop,b,c")]
    public void Remaining_WhatMpirunSays_LeavesOutTheHostThatWasLost(string errors, string hosts)
    {
        var left = new Launch(3, ["a.shop", "b", "c"]).Remaining(errors);
        Assert.Equal((2, hosts), (left.Workers, string.Join(',', left.Hosts)));
    }
}
