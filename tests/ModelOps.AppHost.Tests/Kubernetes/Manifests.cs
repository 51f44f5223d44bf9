using System.Text.RegularExpressions;
using k8s;
using k8s.Models;

namespace ModelOps.AppHost.Tests.Kubernetes;

/// <summary>Every document under deploy/kubernetes, read strictly: a member that its kind does not have is an error.</summary>
internal sealed partial class Manifests
{
    private static readonly Dictionary<string, Func<string, object>> Kinds = new()
    {
        ["v1/ConfigMap"] = Read<V1ConfigMap>,
        ["v1/Namespace"] = Read<V1Namespace>,
        ["v1/PersistentVolumeClaim"] = Read<V1PersistentVolumeClaim>,
        ["v1/Service"] = Read<V1Service>,
        ["apps/v1/Deployment"] = Read<V1Deployment>,
        ["apps/v1/StatefulSet"] = Read<V1StatefulSet>,
        ["autoscaling/v2/HorizontalPodAutoscaler"] = Read<V2HorizontalPodAutoscaler>,
        ["batch/v1/Job"] = Read<V1Job>,
        ["networking.k8s.io/v1/Ingress"] = Read<V1Ingress>,
        ["networking.k8s.io/v1/NetworkPolicy"] = Read<V1NetworkPolicy>,
        ["policy/v1/PodDisruptionBudget"] = Read<V1PodDisruptionBudget>,
        ["keda.sh/v1alpha1/ScaledObject"] = Read<ScaledObject>,
        ["keda.sh/v1alpha1/TriggerAuthentication"] = Read<TriggerAuthentication>,
        ["kustomize.config.k8s.io/v1beta1/Kustomization"] = Read<Kustomization>,
        ["kustomize.config.k8s.io/v1alpha1/Component"] = Read<Kustomization>,
    };

    public static string Folder { get; } = Path.Combine(Repository.Root, "deploy", "kubernetes");

    /// <summary>By file, relative to the folder.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<object>> Files { get; } = Directory.GetFiles(Folder, "*.yaml", SearchOption.AllDirectories)
        .ToDictionary(path => Path.GetRelativePath(Folder, path), IReadOnlyList<object> (path) => [.. Documents(File.ReadAllText(path)).Select(text => Typed(path, text))]);

    /// <summary>Of the base and the components, without the overlays' patches.</summary>
    public IEnumerable<T> All<T>() => Files.Where(file => !file.Key.StartsWith("overlays", StringComparison.Ordinal)).SelectMany(file => file.Value).OfType<T>();

    /// <summary>Pods by the name of their workload; migrations and stores among them.</summary>
    public IReadOnlyDictionary<string, V1PodSpec> Pods() => All<V1Deployment>().Select(one => (one.Metadata.Name, one.Spec.Template.Spec))
        .Concat(All<V1StatefulSet>().Select(one => (one.Metadata.Name, one.Spec.Template.Spec)))
        .Concat(All<V1Job>().Select(one => (one.Metadata.Name, one.Spec.Template.Spec)))
        .ToDictionary(pod => pod.Name, pod => pod.Spec);

    internal static object Typed(string path, string text)
    {
        var kind = $"{ApiVersion().Match(text).Groups[1].Value}/{Kind().Match(text).Groups[1].Value}";
        try
        {
            return Kinds[kind](text);
        }
        catch (Exception exception) when (exception is YamlDotNet.Core.YamlException or KeyNotFoundException)
        {
            throw new InvalidDataException($"{path}, {kind}: {exception.GetBaseException().Message}", exception);
        }
    }

    private static object Read<T>(string text) => KubernetesYaml.Deserialize<T>(text, strict: true)!;

    private static IEnumerable<string> Documents(string text) => Separator().Split(text).Where(document => Kind().IsMatch(document));

    [GeneratedRegex("^---$", RegexOptions.Multiline)]
    private static partial Regex Separator();

    [GeneratedRegex(@"^apiVersion: *(\S+)", RegexOptions.Multiline)]
    private static partial Regex ApiVersion();

    [GeneratedRegex(@"^kind: *(\S+)", RegexOptions.Multiline)]
    private static partial Regex Kind();
}
