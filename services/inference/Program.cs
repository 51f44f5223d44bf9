using ModelOps.Contracts.Clients;
using ModelOps.EventLog;
using ModelOps.Inference.Catalogue;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Events;
using ModelOps.Inference.Models;
using ModelOps.Inference.Recommendations;
using ModelOps.Inference.Rules;
using ModelOps.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRedisClient("cache");
builder.AddKeyedNpgsqlDataSource(EventLogExtensions.Database);
builder.Services.TolerateAbsenceOf(EventLogExtensions.Database);
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddRegistryClient();
builder.Services.AddEventLog();
builder.Services.AddModels();
builder.Services.AddDeployments();
builder.Services.AddCatalogue();
builder.Services.AddRules();
builder.Services.AddRecommendations();
builder.Services.AddEvents();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapRecommendations();
app.MapEvents();
app.MapCatalogue();
app.MapRules();
app.MapModels();

await app.RunAsync();
