using Microsoft.EntityFrameworkCore;
using ModelOps.Audit;
using ModelOps.Contracts.Clients;
using ModelOps.Jobs;
using ModelOps.Pipeline.Automation;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Exports;
using ModelOps.Pipeline.Rollouts;
using ModelOps.Pipeline.Runs;
using ModelOps.Pipeline.Steps;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Blobs;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDbContext<PipelineDb>("pipelinedb", options => options.UseSnakeCaseNamingConvention());
builder.AddNpgsqlDataSource("pipelinedb");
builder.AddAzureBlobContainerClient("exportfiles");
builder.Services.TolerateAbsenceOf("exportfiles").AddKeptBlobs();
builder.Services.AddDataPrepClient().AddTrainerClient().AddRegistryClient().AddMonitorClient().AddInferenceClient();
builder.Services.AddSingleton(PipelineCatalogue.Load(builder.Configuration["Pipelines:Folder"] ?? Path.Combine(AppContext.BaseDirectory, "pipelines")));
builder.Services.AddSteps();
builder.Services.AddAutomation();
builder.Services.AddJobs().AddJobHandler<RunJob>(RunJob.Kind);
builder.Services.AddExports();
builder.Services.AddHostedService<RolloutDriver>();
builder.Services.AddAudit("pipelinedb");

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapAudit();
app.MapPipelines();
app.MapRuns();
app.MapAutomation();
app.MapDecisions();
app.MapExports();

await app.MigrateAsync<PipelineDb>(services => services.GetRequiredService<JobQueue>().CreateSchemaAsync());
await app.RunAsync();
