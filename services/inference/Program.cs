using ModelOps.Contracts.Clients;
using ModelOps.EventLog;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Events;
using ModelOps.Inference.Models;
using ModelOps.Inference.OpenInference;
using ModelOps.Inference.OpenInference.Grpc;
using ModelOps.Inference.Recommendations;
using ModelOps.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRedisClient("cache");
builder.AddKeyedNpgsqlDataSource(EventLogExtensions.Database);
builder.Services.TolerateAbsenceOf(EventLogExtensions.Database);
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddRegistryClient();
builder.Services.AddEventLog();
builder.Services.AddBatching();
builder.Services.AddModels();
builder.Services.AddDeployments();
builder.Services.AddRecommendations();
builder.Services.AddEvents();
builder.Services.AddOpenInference();
builder.AddGrpcPort();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapRecommendations();
app.MapEvents();
app.MapModels();
app.MapOpenInference();
app.MapGrpcService<InferenceRpc>();

await app.RunAsync();
