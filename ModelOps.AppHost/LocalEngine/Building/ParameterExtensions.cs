using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

public static class ParameterResourceBuilderExtensions
{
    /// <summary>A secret without a value in configuration is made once and kept in the data folder.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, () => Configured(builder, name) ?? Generated(builder, name, secret), secret));

    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, () => Configured(builder, name) ?? value, secret));

    /// <summary>The password that a store makes for itself when AppHost.cs names none.</summary>
    internal static ParameterResource DefaultPassword(this IDistributedApplicationBuilder builder, string name) =>
        new(name, () => Configured(builder, name) ?? Generated(builder, name, secret: true), secret: true);

    private static string? Configured(IDistributedApplicationBuilder builder, string name) =>
        builder.Configuration[$"Parameters:{name}"] is { Length: > 0 } value ? value : null;

    private static string Generated(IDistributedApplicationBuilder builder, string name, bool secret) => secret
        ? ((DistributedApplicationBuilder)builder).DataFolder.Secrets.GetOrCreate(name)
        : throw new DistributedApplicationException($"The parameter '{name}' has no value. Set Parameters__{name} in the environment or Parameters:{name} in configuration.");
}
