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
    public static IServiceCollection AddAudiences(this IServiceCollection services) => services.AddScoped<AudienceBuilder>().AddScoped<ProfileSelection>();

    private const int MostSample = 1000;

    public static void MapAudiences(this IEndpointRouteBuilder app)
    {
        var audiences = app.MapGroup("/v1/audiences").WithTags("Audiences").PersonalInAudit();
        audiences.MapPost("", BuildAsync).WithSummary("Whom to contact with what, within limits; ?format=csv gives the contacts as a file");
        audiences.MapPost("/profiles", SelectAsync).WithSummary("Shoppers whose profiles are of a kind: how many, and some of them; ?format=csv gives all as a file");
    }

    private static async Task<Results<Ok<ProfileAudience>, ContentHttpResult, ProblemHttpResult>> SelectAsync(
        StoreId store, ProfileAudienceRequest request, ProfileSelection profiles, CancellationToken cancellationToken, string format = "json")
    {
        if (format is not ("json" or "csv"))
            return Problems.Refuse("audience", $"'format' is '{format}'; known: json, csv.");
        if (request.Sample is < 0 or > MostSample)
            return Problems.Refuse("audience", $"'sample' is {request.Sample}; it goes from 0 to {MostSample}.");
        try
        {
            var selected = await profiles.SelectAsync(store, request.Filter, request.Model, cancellationToken);
            if (format == "csv")
                return TypedResults.Text(await CsvAsync(selected.Profiles), "text/csv; charset=utf-8");
            var step = Math.Max(1, (double)selected.Profiles.Count / Math.Max(1, request.Sample));
            return TypedResults.Ok(new ProfileAudience(
                selected.Model, selected.Version, selected.Profiles.Count, selected.Looked, selected.Refused,
                [.. Enumerable.Range(0, Math.Min(request.Sample, selected.Profiles.Count)).Select(i => selected.Profiles[(int)(i * step)])]));
        }
        catch (AudienceException exception)
        {
            return Problems.Refuse("audience", exception.Message);
        }
        catch (ServiceException exception) when (!exception.IsTransient)
        {
            return Refused(exception);
        }
    }

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
            return format == "csv" ? TypedResults.Text(await CsvAsync(audience.Contacts), "text/csv; charset=utf-8") : TypedResults.Ok(audience);
        }
        catch (AudienceException exception)
        {
            return Problems.Refuse("audience", exception.Message);
        }
        catch (ServiceException exception) when (!exception.IsTransient)
        {
            return Refused(exception);
        }
    }

    private static ProblemHttpResult Refused(ServiceException exception) =>
        TypedResults.Problem(exception.Message, statusCode: (int)exception.Status, type: exception.Type, title: "The audience cannot be built");

    private static async Task<string> CsvAsync<T>(IReadOnlyList<T> rows)
    {
        await using var text = new StringWriter();
        // A cell that a spreadsheet would run as a formula is quoted.
        await using (var csv = new CsvWriter(text, new CsvConfiguration(CultureInfo.InvariantCulture) { InjectionOptions = InjectionOptions.Escape }))
            await csv.WriteRecordsAsync(rows);
        return text.ToString();
    }
}
