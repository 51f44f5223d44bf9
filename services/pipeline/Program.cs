using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts.Clients;
using ModelOps.Jobs;
using ModelOps.Pipeline.Automation;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Rollouts;
using ModelOps.Pipeline.Runs;
using ModelOps.Pipeline.Steps;
using ModelOps.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDbContext<PipelineDb>("pipelinedb", options => options.UseSnakeCaseNamingConvention());
builder.AddNpgsqlDataSource("pipelinedb");
builder.Services.AddDataPrepClient().AddTrainerClient().AddRegistryClient().AddMonitorClient();
builder.Services.AddSingleton(PipelineCatalogue.Load(builder.Configuration["Pipelines:Folder"] ?? Path.Combine(AppContext.BaseDirectory, "pipelines")));
builder.Services.AddSteps();
builder.Services.AddAutomation();
builder.Services.AddJobs().AddJobHandler<RunJob>(RunJob.Kind);
builder.Services.AddHostedService<RolloutDriver>();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapPipelines();
app.MapRuns();
app.MapAutomation();
app.MapDecisions();

await app.MigrateAsync<PipelineDb>(services => services.GetRequiredService<JobQueue>().CreateSchemaAsync());
await app.RunAsync();
