using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Labelling;
using ModelOps.ServiceDefaults;

namespace ModelOps.DataPrep.Datasets;

/// <summary>
/// How a dataset's rows are judged. A version is made anew of all sources, so under new rules the rows in quarantine are judged
/// again with all others: <c>POST …/preparations</c> does it at once, else the next upload.
/// </summary>
internal static class RulesApi
{
    public static void MapRules(this IEndpointRouteBuilder app)
    {
        var rules = app.MapGroup("/v1/datasets/{name}/rules").WithTags("Datasets");
        rules.MapGet("", FindAsync);
        rules.MapPut("", PutAsync).Accepts<DatasetRules>("application/json", "application/yaml").WithSummary("Set actions, limits, time zone, label windows and labelling functions, as JSON or YAML; the next version follows them");
    }

    private static async Task<Ok<DatasetRules>> FindAsync(StoreId store, string name, DatasetsDb database, CancellationToken cancellationToken) =>
        TypedResults.Ok(await database.RulesOfAsync(store, name, cancellationToken));

    private static async Task<Results<Ok<DatasetRules>, ProblemHttpResult>> PutAsync(StoreId store, string name, HttpRequest request, DatasetsDb database, TimeProvider time, CancellationToken cancellationToken)
    {
        DatasetRules rules;
        try
        {
            using var body = new StreamReader(request.Body);
            rules = RulesFile.Parse(await body.ReadToEndAsync(cancellationToken), RulesFile.IsYaml(request.ContentType));
            _ = new CheckList(rules, time.GetUtcNow());
            if (rules.Labels is { } labels)
                Validator.ValidateObject(labels, new ValidationContext(labels), validateAllProperties: true);
            LabelTasks.Check(rules);
        }
        catch (Exception exception) when (exception is RulesException or ValidationException)
        {
            return Problems.Refuse("rules", exception.Message, "The rules cannot be followed");
        }
        var row = await database.Rules.FindAsync([store.Value, name], cancellationToken);
        if (row is null)
            database.Rules.Add(new RulesRow { Store = store.Value, Dataset = name, Rules = rules });
        else
            row.Rules = rules;
        await database.SaveChangesAsync(cancellationToken);
        return TypedResults.Ok(rules);
    }

    public static async Task<DatasetRules> RulesOfAsync(this DatasetsDb database, StoreId store, string dataset, CancellationToken cancellationToken) =>
        (await database.Rules.AsNoTracking().FirstOrDefaultAsync(row => row.Store == store.Value && row.Dataset == dataset, cancellationToken))?.Rules ?? new DatasetRules();
}
