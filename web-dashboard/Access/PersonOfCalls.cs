using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;
using ModelOps.Contracts.Access;
using ModelOps.Contracts.Clients;
using ModelOps.Dashboard.Health;
using ModelOps.Dashboard.Pages.Engine;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Dashboard.Access;

/// <summary>Adds the role of whoever sits at the browser to every call, so that the services hold it against what is asked. Who is not known may look.</summary>
internal sealed class PersonOfCalls(IHttpContextAccessor requests, KeyRing keys) : DelegatingHandler
{
    private static readonly AsyncLocal<ClaimsPrincipal?> Person = new();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var person = Person.Value ?? requests.HttpContext?.User;
        var role = keys.RoleOf(person);
        if (role is null && person?.Identity?.IsAuthenticated == true)
            return Task.FromResult(Ended(request)); // the key was revoked, or the hours passed, while the page stood open
        request.Headers.Remove(AccessHeaders.Role);
        request.Headers.Add(AccessHeaders.Role, role ?? RoleName.Viewer);
        if (person is not null && !request.Headers.Contains(AccessHeaders.Actor))
            request.Headers.Add(AccessHeaders.Actor, Uri.EscapeDataString(person.Actor()));
        return base.SendAsync(request, cancellationToken);
    }

    private static HttpResponseMessage Ended(HttpRequestMessage request) => new(HttpStatusCode.Unauthorized)
    {
        RequestMessage = request,
        Content = JsonContent.Create(new ProblemDetails { Type = "urn:modelops:api-key", Title = "The sign-in has ended", Detail = "The key that you signed in with was revoked or has expired, or the hours of the sign-in are over. Sign in again." }, mediaType: new MediaTypeHeaderValue("application/problem+json")),
    };

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
    public static void AddPersonOfCalls(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddTransient<PersonOfCalls>();
        services.TryAddEnumerable(ServiceDescriptor.Scoped<CircuitHandler, PersonOfCalls.OfCircuit>());
        services.AddSingleton<IConfigureOptions<HttpClientFactoryOptions>, ForEveryClient>();
    }

    /// <summary>Every client carries the person, those that speak for the dashboard itself excepted.</summary>
    private sealed class ForEveryClient : IConfigureNamedOptions<HttpClientFactoryOptions>
    {
        private static readonly string[] OwnCalls = [nameof(KeyGrantsClient), nameof(EngineClient), ServiceHealth.ClientName];

        public void Configure(string? name, HttpClientFactoryOptions options)
        {
            if (!OwnCalls.Contains(name))
                options.HttpMessageHandlerBuilderActions.Add(builder => builder.AdditionalHandlers.Insert(0, builder.Services.GetRequiredService<PersonOfCalls>()));
        }

        public void Configure(HttpClientFactoryOptions options) => Configure(Options.DefaultName, options);
    }
}
