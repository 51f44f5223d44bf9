using Microsoft.EntityFrameworkCore;
using ModelOps.Audit;
using ModelOps.Contracts.Clients;
using ModelOps.Jobs;
using ModelOps.ServiceDefaults;
using ModelOps.Trainer.Estimates;
using ModelOps.Trainer.Imports;
using ModelOps.Trainer.Reproductions;
using ModelOps.Trainer.Runs;
using ModelOps.Trainer.Search;
using ModelOps.Trainer.Training;

if (args is [Worker.Command, var folder, .. var rest])
    return await Worker.RunAsync(folder, attached: rest.Contains(Worker.Attached));

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDbContext<RunsDb>("runsdb", configureDbContextOptions: options => options.UseSnakeCaseNamingConvention());
builder.AddNpgsqlDataSource("runsdb");
builder.AddAzureBlobContainerClient("checkpoints");
builder.Services.AddDataPrepClient().AddRegistryClient();
builder.Services.AddJobs().AddJobHandler<TrainingJob>(TrainingJob.Kind).AddJobHandler<TrialJob>(TrialJob.Kind);
builder.AddRuns();
builder.Services.AddAudit("runsdb");

var app = builder.Build();
app.MapDefaultEndpoints(AuditExtensions.UseAudit);
app.MapAudit();
app.MapRuns();
app.MapEstimates();
app.MapImports();
app.MapReproductions();

await app.MigrateAsync<RunsDb>(RunsStart.PrepareAsync);
await app.RunAsync();
return 0;
