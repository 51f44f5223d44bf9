using Microsoft.EntityFrameworkCore;
using ModelOps.Registry;
using ModelOps.Registry.Artifacts;
using ModelOps.Registry.Deployments;
using ModelOps.Registry.Deployments.Rollouts;
using ModelOps.Registry.Retention;
using ModelOps.Registry.Versions;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Blobs;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDbContext<RegistryDb>("registrydb", options => options.UseSnakeCaseNamingConvention());
builder.AddAzureBlobContainerClient("modelfiles");
builder.Services.AddKeptBlobs();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<ArtifactStorage>();
builder.Services.AddScoped<VersionRegistration>();
builder.Services.AddScoped<AliasMoves>();
builder.Services.AddScoped<RolloutActions>();
builder.Services.AddOptions<RetentionOptions>().BindConfiguration("Retention").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddScoped<VersionRetention>();
builder.Services.AddHourly("Retention", (provider, cancellationToken) => provider.GetRequiredService<VersionRetention>().RunAsync(cancellationToken));

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapModels();
app.MapFiles();
app.MapAliases();
app.MapRollouts();
app.MapDeployments();

await app.MigrateAsync<RegistryDb>();
await app.RunAsync();
