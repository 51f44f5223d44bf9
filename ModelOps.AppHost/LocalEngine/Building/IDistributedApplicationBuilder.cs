using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

public interface IDistributedApplicationBuilder
{
    ConfigurationManager Configuration { get; }

    IHostEnvironment Environment { get; }

    IServiceCollection Services { get; }

    IResourceCollection Resources { get; }

    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>The folder of the AppHost project; relative paths in AppHost.cs start here.</summary>
    string AppHostDirectory { get; }

    /// <exception cref="DistributedApplicationException">Another resource has this name.</exception>
    IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;

    IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource;

    DistributedApplication Build();
}

public interface IResourceCollection : IList<IResource>;

public sealed class DistributedApplicationException(string message) : Exception(message);

public sealed class DistributedApplicationOptions
{
    public string[]? Args { get; init; }

    public bool DisableDashboard { get; init; }

    public bool AllowUnsecuredTransport { get; init; }
}

public sealed class DistributedApplicationExecutionContext
{
    public bool IsRunMode { get; } = true;

    public bool IsPublishMode { get; }
}

/// <summary>What MSBuild writes for each project reference.</summary>
public interface IProjectMetadata
{
    string ProjectPath { get; }
}

/// <summary>LocalEngine starts what was built, so it needs the path of that too.</summary>
public interface IBuiltProject
{
    string TargetPath { get; }
}
