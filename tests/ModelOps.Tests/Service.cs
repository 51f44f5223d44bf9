using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace ModelOps.Tests;

/// <summary>A service as its Program builds it, called over HTTP in memory.</summary>
internal sealed class Service<TEntryPoint>(IReadOnlyDictionary<string, string> settings, Action<IWebHostBuilder>? configure) : WebApplicationFactory<TEntryPoint> where TEntryPoint : class
{
    public IReadOnlyDictionary<string, string> Settings => settings;

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        foreach (var (name, value) in settings)
            builder.UseSetting(name, value);
        configure?.Invoke(builder);
    }
}
