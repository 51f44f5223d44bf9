namespace ModelOps.Faults;

/// <summary>What came of a plan.</summary>
internal sealed record Outcome(int Struck, ShopRecords Records, IReadOnlyList<string> Broken);

/// <summary>A shop in business while faults strike; then peace, and the invariants.</summary>
internal static class FaultRun
{
    /// <param name="name">Used once in the stack's life.</param>
    public static async Task<Outcome> RunAsync(FaultyStack stack, string name, int seed, IEnumerable<FaultPoint> plan, Action<string> say)
    {
        var (shop, invariants) = await OpenAsync(stack, name, seed);
        var struck = await new Injector(stack, say).RunAsync(plan);
        await stack.UntilHealthyAsync();
        await shop.DisposeAsync();
        return new Outcome(struck, shop.Records, await invariants.BrokenAsync(shop.Records));
    }

    public static async Task<(Shop Shop, Invariants Invariants)> OpenAsync(FaultyStack stack, string name, int seed)
    {
        var invariants = new Invariants(stack);
        await invariants.BeginAsync();
        return (Shop.Open(stack, name, seed), invariants);
    }
}
