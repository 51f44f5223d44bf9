using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.DemoShop;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddServiceDiscovery();
builder.Services.ConfigureHttpClientDefaults(http => http.AddServiceDiscovery());
builder.Services.AddDataPrepClient().AddPipelineClient().AddRegistryClient().AddInferenceClient();
builder.Services.AddHttpClient(FirstRun.UploadClient, http =>
{
    http.CallService("data-prep", builder.Configuration);
    http.Timeout = Timeout.InfiniteTimeSpan;
    http.DefaultRequestHeaders.Add(AccessHeaders.Store, StoreId.Main.Value);
});
builder.Services.AddSingleton<FirstRun>().AddSingleton<DemoTraffic>();

using var host = builder.Build();
await host.Services.GetRequiredService<FirstRun>().RunAsync(CancellationToken.None);
if (builder.Configuration["services:dashboard:http:0"] is { } dashboard)
    Console.WriteLine($"Look at {dashboard} for the whole loop, {dashboard}/try to try recommendations.");
