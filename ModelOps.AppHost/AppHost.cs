// The architecture as code: what runs, what it stores, who calls whom. Written to Aspire's API alone, so that it
// compiles both against the real packages (UseAspire=true) and against LocalEngine.
var builder = DistributedApplication.CreateBuilder(args);

var serviceKey = builder.AddParameter("service-key", secret: true);
var apiKey = builder.AddParameter("api-key", secret: true);

// Stores.
var postgres = builder.AddPostgres("postgres", password: builder.AddParameter("postgres-password", secret: true)).WithDataVolume();
var datasetsDb = postgres.AddDatabase("datasetsdb");
var runsDb = postgres.AddDatabase("runsdb");
var registryDb = postgres.AddDatabase("registrydb");
var monitorDb = postgres.AddDatabase("monitordb");
var pipelineDb = postgres.AddDatabase("pipelinedb");
var eventsDb = postgres.AddDatabase("eventsdb");

var cache = builder.AddRedis("cache", password: builder.AddParameter("cache-password", secret: true));

var storage = builder.AddAzureStorage("storage").RunAsEmulator(emulator => emulator.WithDataVolume());
var datasetFiles = storage.AddBlobContainer("datasetfiles");
var checkpoints = storage.AddBlobContainer("checkpoints");
var modelFiles = storage.AddBlobContainer("modelfiles");
var exportFiles = storage.AddBlobContainer("exportfiles");

// Services.
var registry = Service(builder.AddProject<Projects.ModelOps_Registry>("registry"), port: 7104)
    .WithReference(registryDb).WaitFor(registryDb)
    .WithReference(modelFiles).WaitFor(modelFiles);

var dataPrep = Service(builder.AddProject<Projects.ModelOps_DataPrep>("data-prep"), port: 7102)
    .WithReference(datasetsDb).WaitFor(datasetsDb)
    .WithReference(eventsDb).WaitFor(eventsDb)
    .WithReference(datasetFiles).WaitFor(datasetFiles)
    .WithReference(registry);

var trainer = Service(builder.AddProject<Projects.ModelOps_Trainer>("trainer"), port: 7103)
    .WithReference(runsDb).WaitFor(runsDb)
    .WithReference(checkpoints).WaitFor(checkpoints)
    .WithReference(dataPrep)
    .WithReference(registry);

// Inference does not wait for the registry: shoppers are served from the packages it already holds.
var inference = Service(builder.AddProject<Projects.ModelOps_Inference>("inference"), port: 7101)
    .WithHttpEndpoint(port: 7111, name: "grpc", env: "GRPC_PORT") // HTTP/2 in clear text needs a port of its own
    .WithExternalHttpEndpoints()
    .WithReference(cache).WaitFor(cache)
    .WithReference(eventsDb).WaitFor(eventsDb)
    .WithReference(registry);

var monitor = Service(builder.AddProject<Projects.ModelOps_Monitor>("monitor"), port: 7105)
    .WithReference(monitorDb).WaitFor(monitorDb)
    .WithReference(eventsDb).WaitFor(eventsDb)
    .WithReference(dataPrep)
    .WithReference(registry);

dataPrep.WithReference(monitor); // a person who is erased is in its counts too

var pipeline = Service(builder.AddProject<Projects.ModelOps_Pipeline>("pipeline"), port: 7106)
    .WithReference(pipelineDb).WaitFor(pipelineDb)
    .WithReference(exportFiles).WaitFor(exportFiles)
    .WithReference(dataPrep)
    .WithReference(trainer)
    .WithReference(registry)
    .WithReference(inference)
    .WithReference(monitor);

monitor.WithReference(pipeline); // it watches the runs that ask it for verdicts

var dashboard = Service(builder.AddProject<Projects.ModelOps_Dashboard>("dashboard"), port: 7100)
    .WithExternalHttpEndpoints()
    .WithReference(dataPrep)
    .WithReference(trainer)
    .WithReference(registry)
    .WithReference(inference)
    .WithReference(monitor)
    .WithReference(pipeline);

// The first start fills the house: a shop's events are imported and its recommender is trained. Off with Demo=false.
if (builder.ExecutionContext.IsRunMode && builder.Configuration["Demo"] is not ("false" or "False"))
    WithKeys(builder.AddProject<Projects.ModelOps_DemoShop>("demo-shop"))
        .ExcludeFromManifest()
        .WithReference(dataPrep).WaitFor(dataPrep)
        .WithReference(pipeline).WaitFor(pipeline)
        .WithReference(inference).WaitFor(inference)
        .WithReference(registry)
        .WithReference(dashboard);

builder.Build().Run();

IResourceBuilder<ProjectResource> Service(IResourceBuilder<ProjectResource> project, int port) =>
    WithKeys(project).WithHttpEndpoint(port: port).WithHttpHealthCheck("/health").WithReplicas(Replicas(project.Resource.Name));

IResourceBuilder<ProjectResource> WithKeys(IResourceBuilder<ProjectResource> project) => project
    .WithEnvironment("Access__ServiceKey", serviceKey)
    .WithEnvironment("Access__ApiKeys__main", apiKey);

int Replicas(string service) => int.TryParse(builder.Configuration[$"Replicas:{service}"], out var replicas) ? replicas : 1;
