using System.Net;
using System.Net.Sockets;
using ModelOps.AppHost.LocalEngine.Network;
using ModelOps.AppHost.LocalEngine.Running;

namespace ModelOps.AppHost.Tests.Network;

public sealed class EndpointAllocationTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TakenPort_AnotherIsGiven_AndSaid(bool proxied)
    {
        using var squatter = new TcpListener(IPAddress.Loopback, 0);
        squatter.Start();
        var taken = ((IPEndPoint)squatter.LocalEndpoint).Port;
        var said = new StringWriter();
        await using var allocation = new EndpointAllocation(new EngineConsole(said, colours: false), dynamicPorts: false);
        var endpoint = new EndpointAnnotation("http", "http", taken);
        var resource = new ProjectResource("inference");

        if (proxied)
            allocation.Proxy(resource, endpoint, () => []);
        else
            allocation.Reserve(resource, endpoint);

        var given = await endpoint.AllocatedPort.Task;
        Assert.NotEqual(taken, given);
        Assert.Contains($"Port {taken} is taken; inference listens on http://localhost:{given} instead.", said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FreePort_IsGiven_InSilence()
    {
        var wanted = FreePorts.Take();
        var said = new StringWriter();
        await using var allocation = new EndpointAllocation(new EngineConsole(said, colours: false), dynamicPorts: false);
        var endpoint = new EndpointAnnotation("http", "http", wanted);

        allocation.Proxy(new ProjectResource("inference"), endpoint, () => []);

        Assert.Equal(wanted, await endpoint.AllocatedPort.Task);
        Assert.Empty(said.ToString());
    }
}
