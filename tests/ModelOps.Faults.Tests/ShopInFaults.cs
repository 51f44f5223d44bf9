[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace ModelOps.Faults.Tests;

/// <summary>One stack, each service twice, with a shop that has models: started once for all tests that strike it.</summary>
public sealed class ShopInFaults : IAsyncLifetime
{
    internal FaultyStack Stack { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Stack = await FaultyStack.StartAsync();
        await Shop.FoundAsync(Stack);
    }

    public ValueTask DisposeAsync() => Stack?.DisposeAsync() ?? ValueTask.CompletedTask;
}
