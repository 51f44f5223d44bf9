using ModelOps.Contracts.Clients;
using ModelOps.Dashboard;
using ModelOps.Dashboard.Access;
using ModelOps.Dashboard.Health;
using ModelOps.Dashboard.Layout;
using ModelOps.Dashboard.Pages.Datasets;
using ModelOps.Dashboard.Pages.Engine;
using ModelOps.Dashboard.Pages.Models;
using ModelOps.Dashboard.Pages.Overview;
using ModelOps.Dashboard.Pages.Profiles;
using ModelOps.Dashboard.Pages.TryIt;
using ModelOps.Dashboard.Polling;
using ModelOps.ServiceDefaults;
using Radzen;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.WebHost.UseStaticWebAssets();
builder.AddSignIn();
// Its own scripts and pictures, and its own socket. Radzen's components set styles on elements.
builder.Services.Configure<SecurityHeadersOptions>(headers => headers.ContentSecurityPolicy =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'");
builder.Services.AddDataPrepClient().AddTrainerClient().AddPipelineClient().AddRegistryClient().AddInferenceClient().AddMonitorClient().AddAccessClient().AddAuditClient();
builder.Services.AddQuickRefusals();
builder.Services.AddServiceHealth();
builder.Services.AddTransient<Standing>();
builder.Services.AddDatasetUploads();
builder.Services.AddEngine();
builder.Services.AddTransient<Storefront>();
builder.Services.AddPreferences();
builder.Services.AddRadzenComponents();
builder.Services.AddRazorComponents().AddInteractiveServerComponents(Circuits.KeepLittle).AddHubOptions(hub => hub.MaximumReceiveMessageSize = Circuits.LargestMessage);

var app = builder.Build();
app.MapDefaultEndpoints();
app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
app.UseRequestLocalization();
app.UseAntiforgery();
app.MapStaticAssets().AllowAnonymous();
app.MapPreferences();
app.MapSignOut();
app.MapProviderSignIn();
app.MapExportDownload();
app.MapAudienceDownload();
app.MapPersonDownload();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode();

await app.RunAsync();
