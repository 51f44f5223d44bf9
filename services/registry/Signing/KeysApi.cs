using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using ModelOps.Contracts.Access;
using ModelOps.Contracts.Signing;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Registry.Signing;

/// <summary>The public keys that versions are signed with, and the change to a new one.</summary>
internal static class KeysApi
{
    public static void AddSigning(this IServiceCollection services)
    {
        services.AddOptions<SigningOptions>().BindConfiguration("Signing").ValidateOnStart();
        services.AddSingleton<IValidateOptions<SigningOptions>, SigningValidation>();
        services.AddScoped<SigningKeys>();
    }

    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/v1/keys").WithTags("Keys");
        keys.MapGet("", ListAsync);
        keys.MapPost("", RotateAsync).Needs(AccessNeed.Administer);
    }

    private static async Task<Ok<IReadOnlyList<SigningKey>>> ListAsync(SigningKeys keys, CancellationToken cancellationToken) => TypedResults.Ok(await keys.ListAsync(cancellationToken));

    private static async Task<Results<Created<SigningKey>, ProblemHttpResult>> RotateAsync(SigningKeys keys, HttpContext context, CancellationToken cancellationToken)
    {
        if (!context.User.IsInRole(RoleName.Service))
            return Problems.Of(StatusCodes.Status403Forbidden, "operator", "Only for operators", "One key signs the versions of every store. Call with Access:ServiceKey instead of a store's key.");
        if (keys.IsConfigured)
            return Problems.Conflict("key-configured", "The configuration has the key. Set Signing:PrivateKey to a new one and Signing:PreviousPrivateKey to the present one, then start the registry again.");
        return TypedResults.Created("/v1/keys", (await keys.RotateAsync(cancellationToken)).ToContract(isCurrent: true));
    }

    private sealed class SigningValidation : IValidateOptions<SigningOptions>
    {
        public ValidateOptionsResult Validate(string? name, SigningOptions options) => options.Wrong() is { } wrong ? ValidateOptionsResult.Fail(wrong) : ValidateOptionsResult.Success;
    }
}
