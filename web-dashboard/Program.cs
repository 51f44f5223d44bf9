using ModelOps.Contracts.Clients;
using ModelOps.Dashboard;
using ModelOps.Dashboard.Access;
using ModelOps.Dashboard.Health;
using ModelOps.Dashboard.Layout;
using ModelOps.Dashboard.Pages.Datasets;
using ModelOps.Dashboard.Pages.Engine;
using ModelOps.Dashboard.Pages.Models;
using ModelOps.Dashboard.Pages.TryIt;
using ModelOps.Dashboard.Polling;
using ModelOps.ServiceDefaults;
using Radzen;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.WebHost.UseStaticWebAssets();
builder.AddSignIn();
builder.Services.AddDataPrepClient().AddTrainerClient().AddPipelineClient().AddRegistryClient().AddInferenceClient().AddMonitorClient().AddAccessClient().AddAuditClient();
builder.Services.AddQuickRefusals();
builder.Services.AddServiceHealth();
builder.Services.AddDatasetUploads();
builder.Services.AddEngine();
builder.Services.AddTransient<Storefront>();
builder.Services.AddPreferences();
builder.Services.AddRadzenComponents();
builder.Services.AddRazorComponents().AddInteractiveServerComponents(Circuits.KeepLittle);

var app = builder.Build();
app.MapDefaultEndpoints();
app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
app.UseRequestLocalization();
app.UseAntiforgery();
app.MapStaticAssets().AllowAnonymous();
app.MapPreferences();
app.MapSignOut();
app.MapExportDownload();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode();

await app.RunAsync();
