namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value from configuration: <c>Parameters:NAME</c>, or <c>Parameters__NAME</c> in the environment.</summary>
public sealed class ParameterResource(string name, Func<string> read, bool secret) : Resource(name), IValueProvider, IManifestExpressionProvider
{
    private readonly Lazy<string> _value = new(read);

    public bool Secret { get; } = secret;

    public string ValueExpression => $"{{{Name}.value}}";

    internal string Value => _value.Value;

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(_value.Value);
}
