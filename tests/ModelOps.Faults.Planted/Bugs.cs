using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

[assembly: HostingStartup(typeof(ModelOps.Faults.Planted.Bugs))]

namespace ModelOps.Faults.Planted;

/// <summary>
/// Puts known bugs before a service's own code, each while a file of its name lies in the folder that <c>MODELOPS_PLANTED</c> names. The
/// product itself knows nothing of it: the assembly comes into its processes from outside, by .NET's own hooks.
/// </summary>
public sealed class Bugs : IHostingStartup
{
    private static readonly (string Name, Func<HttpContext, RequestDelegate, Task> Bug)[] All =
    [
        (BugNames.EarlyReceipt, EarlyReceipt.RunAsync),
        (BugNames.ForgottenKey, ForgottenKey.RunAsync),
        (BugNames.NeedsEventLog, NeedsEventLog.RunAsync),
    ];

    public void Configure(IWebHostBuilder builder) => builder.ConfigureServices(services => services.AddTransient<IStartupFilter, Filter>());

    private sealed class Filter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            if (Environment.GetEnvironmentVariable("MODELOPS_PLANTED") is { Length: > 0 } folder)
                foreach (var (name, bug) in All)
                    app.Use(rest => context => File.Exists(Path.Combine(folder, name)) ? bug(context, rest) : rest(context));
            next(app);
        };
    }
}
