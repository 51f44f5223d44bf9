using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ModelOps.AppHost.LocalEngine.Commands;
using ModelOps.AppHost.LocalEngine.Storage;

namespace Aspire.Hosting;

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private readonly ResourceCollection _resources = [];

    public DistributedApplicationBuilder(string[] args)
    {
        RefuseManifest(args);
        AppHostDirectory = ProjectDirectory();
        CommandLine = CommandLine.Parse(args);
        var settings = new HostApplicationBuilderSettings
        {
            Args = CommandLine.Settings,
            ContentRootPath = Directory.Exists(AppHostDirectory) ? AppHostDirectory : AppContext.BaseDirectory,
            ApplicationName = typeof(DistributedApplicationBuilder).Assembly.GetName().Name,
            EnvironmentName = EnvironmentName(),
            Configuration = new ConfigurationManager(),
        };
        settings.Configuration["hostBuilder:reloadConfigOnChange"] = "false";
        _host = new HostApplicationBuilder(settings);
        DataFolder = new DataFolder(Configuration["MODELOPS_DATA"] ?? Configuration["data"]);
    }

    public ConfigurationManager Configuration => _host.Configuration;

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    public IResourceCollection Resources => _resources;

    public DistributedApplicationExecutionContext ExecutionContext { get; } = new();

    public string AppHostDirectory { get; }

    internal DataFolder DataFolder { get; }

    internal CommandLine CommandLine { get; }

    /// <summary>Begin with an empty data folder.</summary>
    internal bool Reset => CommandLine.Flags.Contains(CommandLine.Reset);

    /// <summary>The stores are started to be restored into.</summary>
    internal bool IsRestoring { get; set; }

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        if (_resources.Any(other => other.Name.Equals(resource.Name, StringComparison.OrdinalIgnoreCase)))
            throw new DistributedApplicationException($"Cannot add the resource '{resource.Name}': another resource has this name. Names are unique over services, databases and containers, whatever their case.");
        _resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build() => new(this);

    private static void RefuseManifest(string[] args)
    {
        if (args.Any(arg => arg is "--publisher" or "--operation" || arg.StartsWith("--publisher=", StringComparison.Ordinal)))
            throw new DistributedApplicationException("LocalEngine runs the application and publishes nothing. For a manifest, azd or aspire publish, build with UseAspire=true: dotnet run -p:UseAspire=true -- --publisher manifest --output-path FILE");
    }

    private static string ProjectDirectory() => typeof(DistributedApplicationBuilder).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == "AppHostProjectPath").Value!;

    // Whoever runs the AppHost develops, unless told otherwise; Aspire's launch profile says the same.
    private static string EnvironmentName() =>
        System.Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")
        ?? System.Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT")
        ?? Environments.Development;

    private sealed class ResourceCollection : List<IResource>, IResourceCollection;
}
