namespace Aspire.Hosting.ApplicationModel;

/// <summary>Lets a child's expression hold its server's connection string.</summary>
internal sealed class ParentConnectionString(IResourceWithConnectionString parent) : IValueProvider, IManifestExpressionProvider
{
    public string ValueExpression => parent.ValueExpression;

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => parent.GetConnectionStringAsync(cancellationToken);
}
