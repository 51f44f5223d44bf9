/// <summary>What <c>DOTNET_STARTUP_HOOKS</c> asks for. It has nothing to do: that the assembly is loaded lets ASP.NET Core find <see cref="ModelOps.Faults.Planted.Bugs"/>.</summary>
internal static class StartupHook
{
    public static void Initialize()
    {
    }
}
