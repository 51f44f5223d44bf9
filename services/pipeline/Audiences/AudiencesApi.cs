using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Microsoft.AspNetCore.Http.HttpResults;
using ModelOps.Audit;
using ModelOps.Contracts;
using ModelOps.Contracts.Campaigns;
using ModelOps.Contracts.Clients;
using ModelOps.ServiceDefaults;

namespace ModelOps.Pipeline.Audiences;

/// <summary>Lists of whom to contact with what, under budget, capacities and caps.</summary>
internal static class AudiencesApi
{
    public static IServiceCollection AddAudiences(this IServiceCollection services) => services.AddScoped<AudienceBuilder>();

    public static void MapAudiences(this IEndpointRouteBuilder app) => app.MapPost("/v1/audiences", BuildAsync).WithTags("Audiences").PersonalInAudit()
        .WithSummary("Whom to contact with what, within limits; ?format=csv gives the contacts as a file");

    private static async Task<Results<Ok<Audience>, ContentHttpResult, ProblemHttpResult>> BuildAsync(
        StoreId store, AudienceRequest request, AudienceBuilder builder, CancellationToken cancellationToken, string format = "json")
    {
        if (format is not ("json" or "csv"))
            return Problems.Refuse("audience", $"'format' is '{format}'; known: json, csv.");
        if (AudienceCheck.Wrong(request) is { } wrong)
            return Problems.Refuse("audience", wrong);
        try
        {
            var audience = await builder.BuildAsync(store, request, cancellationToken);
            return format == "csv" ? TypedResults.Text(await CsvAsync(audience), "text/csv; charset=utf-8") : TypedResults.Ok(audience);
        }
        catch (ServiceException exception) when (!exception.IsTransient)
        {
            return TypedResults.Problem(exception.Message, statusCode: (int)exception.Status, type: exception.Type, title: "The audience cannot be built");
        }
    }

    private static async Task<string> CsvAsync(Audience audience)
    {
        await using var text = new StringWriter();
        // A cell that a spreadsheet would run as a formula is quoted.
        await using (var csv = new CsvWriter(text, new CsvConfiguration(CultureInfo.InvariantCulture) { InjectionOptions = InjectionOptions.Escape }))
            await csv.WriteRecordsAsync(audience.Contacts);
        return text.ToString();
    }
}
