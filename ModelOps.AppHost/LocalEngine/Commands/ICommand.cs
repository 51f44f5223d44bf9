using Aspire.Hosting;
using ModelOps.AppHost.LocalEngine.Running;

namespace ModelOps.AppHost.LocalEngine.Commands;

/// <summary>Something that the AppHost does once, instead of running the application.</summary>
internal interface ICommand
{
    string Name { get; }

    /// <summary>Words after the name, and what it does.</summary>
    string Usage { get; }

    /// <returns>The exit code; 0 when all is well.</returns>
    /// <exception cref="DistributedApplicationException">It cannot be done; the message names cause and remedy.</exception>
    Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken);
}

/// <param name="Words">After the command's name.</param>
internal sealed record CommandContext(DistributedApplication Application, DistributedApplicationBuilder Builder, Installation Installation, IReadOnlyList<string> Words, EngineConsole Console)
{
    /// <summary>The word that must be there, as a path.</summary>
    public string Path(string what) => Words is [var path, ..]
        ? System.IO.Path.GetFullPath(path)
        : throw new DistributedApplicationException($"Say which {what}: a path after the command.");
}
