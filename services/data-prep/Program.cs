using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts.Clients;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Imports;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Parts;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.Reviews;
using ModelOps.DataPrep.Uploads;
using ModelOps.EventLog;
using ModelOps.Jobs;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Blobs;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDbContext<DatasetsDb>("datasetsdb", options => options.UseSnakeCaseNamingConvention());
builder.AddNpgsqlDataSource("datasetsdb");
builder.AddKeyedNpgsqlDataSource(EventLogExtensions.Database);
builder.AddAzureBlobContainerClient("datasetfiles");
builder.Services.AddKeptBlobs();
builder.Services.AddEventLog();
builder.Services.AddJobs().AddJobHandler<PrepareJob>(PrepareJob.Kind);
builder.Services.AddDatasets().AddParts().AddUploads().AddImports();
builder.Services.AddReviews();
builder.Services.AddPrivacy();
builder.Services.AddMonitorClient();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapDatasets();
app.MapReviews();
app.MapPrivacy();
app.MapUploads();
app.MapImports();
app.MapMappings();

await app.MigrateAsync<DatasetsDb>(services => services.GetRequiredService<JobQueue>().CreateSchemaAsync());
await app.RunAsync();
