using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using ModelOps.Contracts.Access;
using ModelOps.Contracts.Clients;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Dashboard.Access;

/// <summary>Adds the role of whoever sits at the browser to every call, so that the services hold it against what is asked. Who is not known may look.</summary>
internal sealed class PersonOfCalls(IHttpContextAccessor requests, KeyRing keys) : DelegatingHandler
{
    private static readonly AsyncLocal<ClaimsPrincipal?> Person = new();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Remove(AccessHeaders.Role);
        request.Headers.Add(AccessHeaders.Role, keys.KeyOf(Person.Value ?? requests.HttpContext?.User)?.Role ?? RoleName.Viewer);
        return base.SendAsync(request, cancellationToken);
    }

    /// <summary>Remembers the person for whatever a circuit's activity starts, timers included.</summary>
    internal sealed class OfCircuit(AuthenticationStateProvider authentication) : CircuitHandler
    {
        public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) => async context =>
        {
            Person.Value = (await authentication.GetAuthenticationStateAsync()).User;
            await next(context);
        };
    }
}

internal static class PersonOfCallsExtensions
{
    /// <summary>The clients of other services that carry the person's role; the health checks and the follower of keys speak for the dashboard itself.</summary>
    private static readonly string[] Clients =
        ["DataPrepClient", "TrainerClient", "PipelineClient", "RegistryClient", "InferenceClient", "MonitorClient", "AlertsClient", "AccessClient", "AuditClient"];

    public static void AddPersonOfCalls(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddTransient<PersonOfCalls>();
        services.TryAddEnumerable(ServiceDescriptor.Scoped<CircuitHandler, PersonOfCalls.OfCircuit>());
        foreach (var client in Clients)
            services.Configure<HttpClientFactoryOptions>(client, options => options.HttpMessageHandlerBuilderActions.Add(builder => builder.AdditionalHandlers.Insert(0, builder.Services.GetRequiredService<PersonOfCalls>())));
    }
}
