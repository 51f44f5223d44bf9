using k8s.Models;

namespace ModelOps.AppHost.Tests.Kubernetes;

// What the client's model does not have, as far as it is used here: with strict reading a member that is not named is an error.

/// <summary>keda.sh/v1alpha1; its resource definition requires <c>scaleTargetRef</c> and <c>triggers</c> with <c>type</c> and <c>metadata</c>, of strings alone.</summary>
internal sealed class ScaledObject
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta? Metadata { get; set; }
    public ScaledObjectSpec? Spec { get; set; }
}

internal sealed class ScaledObjectSpec
{
    public V1CrossVersionObjectReference? ScaleTargetRef { get; set; }
    public int? MinReplicaCount { get; set; }
    public int? MaxReplicaCount { get; set; }
    public int? PollingInterval { get; set; }
    public int? CooldownPeriod { get; set; }
    public IList<ScaledObjectTrigger>? Triggers { get; set; }
}

internal sealed class ScaledObjectTrigger
{
    public string? Type { get; set; }
    public IDictionary<string, string>? Metadata { get; set; }
    public NamedReference? AuthenticationRef { get; set; }
}

internal sealed class NamedReference
{
    public string? Name { get; set; }
}

/// <summary>keda.sh/v1alpha1.</summary>
internal sealed class TriggerAuthentication
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta? Metadata { get; set; }
    public TriggerAuthenticationSpec? Spec { get; set; }
}

internal sealed class TriggerAuthenticationSpec
{
    public IList<SecretTarget>? SecretTargetRef { get; set; }
}

internal sealed class SecretTarget
{
    public string? Parameter { get; set; }
    public string? Name { get; set; }
    public string? Key { get; set; }
}

/// <summary>kustomize.config.k8s.io: a Kustomization, or a Component.</summary>
internal sealed class Kustomization
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public string? Namespace { get; set; }
    public IList<string>? Resources { get; set; }
    public IList<string>? Components { get; set; }
    public IList<KustomizationPatch>? Patches { get; set; }
    public IList<KustomizationImage>? Images { get; set; }
}

internal sealed class KustomizationPatch
{
    public string? Path { get; set; }
}

internal sealed class KustomizationImage
{
    public string? Name { get; set; }
    public string? NewName { get; set; }
    public string? NewTag { get; set; }
}
