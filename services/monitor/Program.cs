using Microsoft.EntityFrameworkCore;
using ModelOps.Audit;
using ModelOps.Contracts.Clients;
using ModelOps.EventLog;
using ModelOps.Monitor.Alerts;
using ModelOps.Monitor.Alerts.Export;
using ModelOps.Monitor.Drift;
using ModelOps.Monitor.Outcomes;
using ModelOps.Monitor.Privacy;
using ModelOps.Monitor.Quality;
using ModelOps.Monitor.Retention;
using ModelOps.Monitor.Verdicts;
using ModelOps.ServiceDefaults;

if (AlertExport.Ran(args))
    return;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDbContext<MonitorDb>("monitordb", options => options.UseSnakeCaseNamingConvention());
builder.AddNpgsqlDataSource("monitordb");
builder.AddKeyedNpgsqlDataSource(EventLogExtensions.Database);
builder.Services.AddEventLog();
builder.Services.AddQuality();
builder.Services.AddOutcomes();
builder.Services.AddPrivacy();
builder.Services.AddRegistryClient().AddDataPrepClient().AddPipelineClient();
builder.Services.AddVerdicts();
builder.Services.AddDrift();
builder.Services.AddAlerts();
builder.Services.AddRetention();
builder.Services.AddAudit("monitordb");

var app = builder.Build();
app.MapDefaultEndpoints(AuditExtensions.UseAudit);
app.MapAudit();
app.MapQuality();
app.MapEventRate();
app.MapOutcomes();
app.MapPrivacy();
app.MapVerdicts();
app.MapDrift();
app.MapAlerts();

await app.MigrateAsync<MonitorDb>();
await app.RunAsync();
