using System.Globalization;
using k8s.Models;

namespace ModelOps.AppHost.Tests.Kubernetes;

public sealed class ManifestsTests
{
    private static readonly Manifests Manifests = new();
    private static readonly AppHostPicture AppHost = new();

    [Fact]
    public void UnknownMember_IsAnError()
    {
        Assert.Throws<InvalidDataException>(() => Manifests.Typed("here", "apiVersion: v1\nkind: Service\nmetadata: { name: x }\nspec:\n  prots: []\n"));
        Assert.Throws<InvalidDataException>(() => Manifests.Typed("here", "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nspec:\n  minReplicas: 1\n"));
        Assert.Throws<InvalidDataException>(() => Manifests.Typed("here", "apiVersion: v9\nkind: Service\n"));
    }

    [Fact]
    public void EveryService_OfAppHost_HasAWorkloadAServiceAndABudget()
    {
        Assert.Equal(7, AppHost.Services.Count);
        foreach (var service in AppHost.Services)
        {
            var pod = Manifests.Pods()[service];
            Assert.Equal($"modelops/{service}", Assert.Single(pod.Containers).Image);
            var ports = Manifests.All<V1Service>().Single(one => one.Metadata.Name == service);
            Assert.Equal(service, ports.Spec.Selector["app.kubernetes.io/name"]);
            foreach (var port in ports.Spec.Ports)
                Assert.Contains(pod.Containers[0].Ports, one => one.Name == port.TargetPort.Value && one.ContainerPort == port.Port);
            Assert.Equal(service, Manifests.All<V1PodDisruptionBudget>().Single(one => one.Metadata.Name == service).Spec.Selector.MatchLabels["app.kubernetes.io/name"]);
        }
    }

    [Fact]
    public void Environment_IsWhatAppHostTellsEachService()
    {
        var common = Manifests.All<V1ConfigMap>().Single().Data;
        Assert.Equal("Production", common["ASPNETCORE_ENVIRONMENT"]);
        foreach (var service in AppHost.Services)
        {
            var container = Manifests.Pods()[service].Containers[0];
            Assert.Equal(2, container.EnvFrom.Count);
            Assert.Equal("modelops", container.EnvFrom[0].ConfigMapRef.Name);
            Assert.True(container.EnvFrom[1].SecretRef is { Name: "modelops-tokens", Optional: true }, service);
            string[] expected = ["Access__ApiKeys__main", "Access__ServiceKey", .. AppHost.OpenedBy(service).Select(store => $"ConnectionStrings__{store}"), .. service == "inference" ? new[] { "GRPC_PORT" } : []];
            Assert.Equal(expected.Order(StringComparer.Ordinal), container.Env.Select(variable => variable.Name).Order(StringComparer.Ordinal));
            // A connection string's key in the secret is its name.
            foreach (var variable in container.Env.Where(variable => variable.Name.StartsWith("ConnectionStrings__", StringComparison.Ordinal)))
                Assert.Equal(("modelops-stores", variable.Name["ConnectionStrings__".Length..]), (variable.ValueFrom.SecretKeyRef.Name, variable.ValueFrom.SecretKeyRef.Key));
            foreach (var called in AppHost.CalledBy(service))
                Assert.Equal($"http://{called}:8080", common[$"services__{called}__http__0"]);
            Assert.Equal(common["HTTP_PORTS"], container.Ports.Single(port => port.Name == "http").ContainerPort.ToString(CultureInfo.InvariantCulture));
            Assert.Contains(container.VolumeMounts, mount => mount.MountPath == common["MODELOPS_DATA"]);
        }
        var inference = Manifests.Pods()["inference"].Containers[0];
        Assert.Equal(inference.Env.Single(variable => variable.Name == "GRPC_PORT").Value, inference.Ports.Single(port => port.Name == "grpc").ContainerPort.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Migrations_AreForEveryServiceWithTables_AndKnowItsStores()
    {
        var programs = AppHost.Services.Where(service => File.Exists(Program(service)) && File.ReadAllText(Program(service)).Contains("MigrateAsync<", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(programs.Select(service => $"migrate-{service}"), Manifests.All<V1Job>().Select(job => job.Metadata.Name).Order(StringComparer.Ordinal));
        foreach (var service in programs)
        {
            var container = Manifests.Pods()[$"migrate-{service}"].Containers[0];
            Assert.Equal(["--Migrate=only"], container.Args);
            Assert.Equal(Manifests.Pods()[service].Containers[0].Env.Select(variable => variable.Name), container.Env.Select(variable => variable.Name));
        }
    }

    [Fact]
    public void EveryPod_HasNoRightsItDoesNotNeed()
    {
        foreach (var (name, pod) in Manifests.Pods())
        {
            Assert.True(pod.AutomountServiceAccountToken == false, name);
            Assert.True(pod.SecurityContext is { RunAsNonRoot: true, RunAsUser: > 0, SeccompProfile.Type: "RuntimeDefault" }, name);
            foreach (var container in pod.Containers)
            {
                Assert.True(container.SecurityContext is { ReadOnlyRootFilesystem: true, AllowPrivilegeEscalation: false, Privileged: null or false }, name);
                Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
                Assert.Null(container.SecurityContext.Capabilities.Add);
                Assert.True(container.Resources.Requests.ContainsKey("cpu") && container.Resources.Requests.ContainsKey("memory") && container.Resources.Limits.ContainsKey("memory"), name);
                // With a read-only root whatever is written has a volume; each mount names one.
                Assert.Contains(container.VolumeMounts, mount => mount.MountPath == "/tmp");
            }
        }
        Assert.Equal("restricted", Manifests.All<V1Namespace>().Single().Metadata.Labels["pod-security.kubernetes.io/enforce"]);
    }

    [Fact]
    public void Probes_AskWhatTheServicesServe()
    {
        var served = File.ReadAllText(Path.Combine(Repository.Root, "ModelOps.ServiceDefaults", "ServiceDefaults.cs"));
        foreach (var container in AppHost.Services.Select(service => Manifests.Pods()[service].Containers[0]))
        {
            Assert.Equal(("/alive", "/alive", "/health"), (container.StartupProbe.HttpGet.Path, container.LivenessProbe.HttpGet.Path, container.ReadinessProbe.HttpGet.Path));
            Assert.All(new[] { container.StartupProbe, container.LivenessProbe, container.ReadinessProbe }, probe => Assert.Equal("http", probe.HttpGet.Port.Value));
        }
        Assert.Contains("HealthPath = \"/health\"", served, StringComparison.Ordinal);
        Assert.Contains("AlivePath = \"/alive\"", served, StringComparison.Ordinal);
    }

    [Fact]
    public void NetworkPolicies_AreTheArrowsOfAppHost()
    {
        var policies = Manifests.All<V1NetworkPolicy>().ToDictionary(policy => policy.Metadata.Name);
        var deny = policies["default-deny"].Spec;
        Assert.Equal(["Ingress", "Egress"], deny.PolicyTypes);
        Assert.True(deny.PodSelector.MatchLabels is null or { Count: 0 } && deny.Ingress is null && deny.Egress is null);
        foreach (var service in AppHost.Services)
        {
            var policy = policies[service].Spec;
            Assert.Equal(service, policy.PodSelector.MatchLabels["app.kubernetes.io/name"]);
            Assert.Equal(AppHost.CalledBy(service), Names((policy.Egress ?? []).SelectMany(rule => rule.To ?? [])));
            Assert.Equal(AppHost.Services.Where(other => AppHost.CalledBy(other).Contains(service)).Order(StringComparer.Ordinal), Names((policy.Ingress ?? []).SelectMany(rule => rule.FromProperty ?? [])));
            Assert.Equal(AppHost.OpenedBy(service).Any(store => store.EndsWith("db", StringComparison.Ordinal)), Opens(policy, 5432));
            Assert.Equal(AppHost.OpenedBy(service).Any(store => store.EndsWith("files", StringComparison.Ordinal) || store == "checkpoints"), Opens(policy, 10000));
            Assert.Equal(AppHost.OpenedBy(service).Contains("cache"), Opens(policy, 6379));
        }

        static IEnumerable<string> Names(IEnumerable<V1NetworkPolicyPeer> peers) => peers.Select(peer => peer.PodSelector?.MatchLabels["app.kubernetes.io/name"]).OfType<string>().Order(StringComparer.Ordinal);

        static bool Opens(V1NetworkPolicySpec policy, int port) => (policy.Egress ?? []).Any(rule => rule.To is null && rule.Ports.Any(one => one.Port.Value == port.ToString(CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Autoscalers_ScaleWhatIsThere_AndAskForTablesThatAre()
    {
        var hpa = Manifests.All<V2HorizontalPodAutoscaler>().Single().Spec;
        Assert.Contains(Manifests.All<V1StatefulSet>(), one => one.Metadata.Name == hpa.ScaleTargetRef.Name && hpa.ScaleTargetRef.Kind == "StatefulSet");
        var scaled = Manifests.All<ScaledObject>().ToList();
        Assert.Equal(2, scaled.Count);
        foreach (var one in scaled)
        {
            Assert.Contains(Manifests.All<V1Deployment>(), deployment => deployment.Metadata.Name == one.Spec!.ScaleTargetRef!.Name);
            var trigger = Assert.Single(one.Spec!.Triggers!);
            Assert.Equal("postgresql", trigger.Type);
            Assert.Contains(trigger.Metadata!["dbName"], AppHost.OpenedBy(one.Metadata!.Name));
            Assert.Contains(Manifests.All<TriggerAuthentication>(), authentication => authentication.Metadata!.Name == trigger.AuthenticationRef!.Name);
            Assert.Contains("FROM jobs", trigger.Metadata["query"], StringComparison.Ordinal);
        }
        Assert.Contains("CREATE TABLE IF NOT EXISTS jobs", File.ReadAllText(Path.Combine(Repository.Root, "ModelOps.Jobs", "JobQueue.cs")), StringComparison.Ordinal);
    }

    [Fact]
    public void Kustomizations_NameWhatIsThere_AndNothingIsLeftOut()
    {
        var named = new HashSet<string>();
        foreach (var (path, documents) in Manifests.Files.Where(file => Path.GetFileName(file.Key) == "kustomization.yaml"))
        {
            var kustomization = (Kustomization)Assert.Single(documents);
            foreach (var one in (kustomization.Resources ?? []).Concat(kustomization.Components ?? []).Concat((kustomization.Patches ?? []).Select(patch => patch.Path!)))
            {
                var full = Path.GetFullPath(Path.Combine(Manifests.Folder, Path.GetDirectoryName(path)!, one));
                Assert.True(File.Exists(full) || File.Exists(Path.Combine(full, "kustomization.yaml")), $"{path} names {one}, which is not there");
                named.Add(Path.GetRelativePath(Manifests.Folder, full));
            }
            if (kustomization.Images is { Count: > 0 } images)
                Assert.Equal(AppHost.Services.Order(StringComparer.Ordinal).Select(service => $"modelops/{service}"), images.Select(image => image.Name!).Order(StringComparer.Ordinal));
        }
        Assert.DoesNotContain(Manifests.Files.Keys, path => Path.GetFileName(path) != "kustomization.yaml" && !named.Contains(path));
        foreach (var patched in Manifests.Files.Where(file => file.Key.StartsWith("overlays", StringComparison.Ordinal)).SelectMany(file => file.Value))
            if (patched is V1Deployment or V1StatefulSet)
                Assert.Contains(patched is V1Deployment deployment ? deployment.Metadata.Name : ((V1StatefulSet)patched).Metadata.Name, Manifests.Pods().Keys);
    }

    /// <summary>Without images a cluster would look for modelops/registry at Docker Hub.</summary>
    [Fact]
    public void EveryKustomization_ThatAGuideApplies_NamesItsImages()
    {
        var applied = Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "deploy-*.md")
            .SelectMany(path => File.ReadAllText(path).Split("apply -k deploy/kubernetes/").Skip(1)).Select(rest => rest.Split([' ', '\n'], 2)[0]).ToList();
        var overlays = Manifests.Files.Where(file => file.Key.StartsWith("overlays", StringComparison.Ordinal) && file.Value is [Kustomization { Kind: "Kustomization" }]).Select(file => Path.GetDirectoryName(file.Key)!).ToList();

        Assert.NotEmpty(applied);
        Assert.All(applied.Concat(overlays), folder => Assert.True(HasImages(folder), $"{folder} names no images"));
        foreach (var overlay in overlays.Where(overlay => Path.GetFileName(overlay) != "migrations"))
            Assert.Contains(Path.Combine(overlay, "migrations"), overlays);

        static bool HasImages(string folder) => Manifests.Files[Path.Combine(folder, "kustomization.yaml")] is [Kustomization kustomization]
            && (kustomization.Images is { Count: > 0 } || (kustomization.Components ?? []).Any(one => HasImages(Path.GetRelativePath(Manifests.Folder, Path.GetFullPath(Path.Combine(Manifests.Folder, folder, one))))));
    }

    [Fact]
    public void NothingIsScaledTwice()
    {
        var scaled = Manifests.All<V2HorizontalPodAutoscaler>().Select(one => one.Spec.ScaleTargetRef.Name).Concat(Manifests.All<ScaledObject>().Select(one => one.Spec!.ScaleTargetRef!.Name)).ToHashSet();
        var counted = Manifests.All<V1Deployment>().Where(one => one.Spec.Replicas is not null).Select(one => one.Metadata.Name).Concat(Manifests.All<V1StatefulSet>().Where(one => one.Spec.Replicas is not null).Select(one => one.Metadata.Name));
        Assert.DoesNotContain(counted, name => scaled.Contains(name));
    }

    [Fact]
    public void Secrets_AreReferredToAndDocumented_NeverWritten()
    {
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "deploy-kubernetes.md"));
        var references = Manifests.Pods().Values.SelectMany(pod => pod.Containers).SelectMany(container => container.Env ?? []).Select(variable => variable.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>().ToList();

        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.True(guide.Contains(reference.Name, StringComparison.Ordinal) && guide.Contains(reference.Key, StringComparison.Ordinal), $"{reference.Name}/{reference.Key} is not in docs/deploy-kubernetes.md"));
        Assert.DoesNotContain(Manifests.Pods().Values.SelectMany(pod => pod.Containers).SelectMany(container => container.Env ?? []), variable => variable.Value is not null && variable.Name.Contains("Key", StringComparison.Ordinal));
    }

    private static string Program(string service) => Path.Combine(Repository.Root, service == "dashboard" ? "web-dashboard" : Path.Combine("services", service), "Program.cs");
}
