namespace ModelOps.AppHost.Tests.Model;

public sealed class ResourceBuilderTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    [Fact]
    public void Name_UsedTwice_IsRefusedWhateverItsCase()
    {
        var builder = Builder();
        builder.AddPostgres("postgres").AddDatabase("registry");

        Assert.Throws<DistributedApplicationException>(() => builder.AddRedis("Registry"));
    }

    [Fact]
    public async Task ReferenceExpression_Holes_AreFilledLate()
    {
        var builder = Builder();
        var parameter = builder.AddParameter("colour", "green");
        var project = builder.AddProject<Nothing>("shop").WithHttpEndpoint(port: 7123);
        var expression = ReferenceExpression.Create($"{project.GetEndpoint("http")}/{parameter}?port={project.GetEndpoint("http").Property(EndpointProperty.Port)}");
        var value = expression.GetValueAsync();
        Assert.False(value.IsCompleted);

        project.Resource.Annotations.OfType<EndpointAnnotation>().Single().AllocatedPort.SetResult(7123);

        Assert.Equal("http://localhost:7123/green?port=7123", await value);
        Assert.Equal("{shop.bindings.http.url}/{colour.value}?port={shop.bindings.http.port}", expression.ValueExpression);
    }

    [Fact]
    public void Builder_OfASpecificResource_IsOneOfItsInterfaces()
    {
        IResourceBuilder<IResourceWithConnectionString> database = Builder().AddPostgres("postgres").AddDatabase("shop");

        Assert.Equal("shop", database.Resource.Name);
    }

    [Fact]
    public async Task Container_LocalEngine_SaysThatItNeedsDocker()
    {
        var builder = Builder();
        builder.AddContainer("grafana", "grafana/grafana");
        await using var application = builder.Build();

        await application.StartAsync();
        await application.ResourceNotifications.WaitForResourceAsync("grafana", KnownResourceStates.FailedToStart);

        Assert.Contains("UseAspire=true", application.ResourceNotifications.Current("grafana").Reason, StringComparison.Ordinal);
    }

    private IDistributedApplicationBuilder Builder() => DistributedApplication.CreateBuilder(["--data", _data.Path, "--MODELOPS_PORTS=dynamic"]);

    public void Dispose() => _data.Dispose();

    private sealed class Nothing : IProjectMetadata
    {
        public string ProjectPath => "/nowhere/Nothing.csproj";
    }
}
