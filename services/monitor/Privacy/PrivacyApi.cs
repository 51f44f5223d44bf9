using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Audit;
using ModelOps.Contracts;
using ModelOps.Contracts.Privacy;
using ModelOps.ServiceDefaults;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Monitor.Privacy;

/// <summary>The monitor's part of the right to be forgotten; whoever wants it asks data-prep: <c>DELETE /v1/users/{id}</c>.</summary>
internal static class PrivacyApi
{
    public static IServiceCollection AddPrivacy(this IServiceCollection services) => services.AddSingleton<ShopperKeys>().AddScoped<ShopperErasure>();

    public static void MapPrivacy(this IEndpointRouteBuilder app) =>
        app.MapPost("/v1/erasures", EraseAsync).Needs(AccessNeed.Administer).PersonalInAudit().WithTags("Privacy").WithSummary("Remove what was counted of a person; data-prep calls it, with what it found in the event log");

    private static async Task<Results<Ok<IReadOnlyList<ErasedPlace>>, ProblemHttpResult>> EraseAsync(StoreId store, PersonTraces person, ShopperErasure erasure, CancellationToken cancellationToken) =>
        string.IsNullOrEmpty(person.User) || person.Sessions is null || person.Answers is null
            ? Problems.Refuse("erasure", "An erasure names 'user', 'sessions' and 'answers'; the lists may be empty. To remove a person everywhere, ask data-prep: DELETE /v1/users/{id}.")
            : TypedResults.Ok(await erasure.EraseAsync(store, person, cancellationToken));
}
