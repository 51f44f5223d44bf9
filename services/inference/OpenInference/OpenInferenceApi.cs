using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Features;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Deployments;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Inference.OpenInference;

/// <summary>The Open Inference Protocol, version 2: every deployed model by its tensors, recommenders and models of somebody's own alike.</summary>
internal static class OpenInferenceApi
{
    public const string ServerName = "modelops";
    public const string Platform = "onnxruntime_onnx";

    public static string ServerVersion { get; } = typeof(OpenInferenceApi).Assembly.GetName().Version!.ToString(3);

    public static IServiceCollection AddOpenInference(this IServiceCollection services)
    {
        services.AddOptions<OpenInferenceOptions>().BindConfiguration("OpenInference").ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<TensorModels>();
    }

    public static void MapOpenInference(this IEndpointRouteBuilder app)
    {
        var options = app.ServiceProvider.GetRequiredService<IOptions<OpenInferenceOptions>>().Value;
        var v2 = app.MapGroup("/v2").WithTags("Open Inference Protocol").AddEndpointFilter<ErrorFilter>().Needs(AccessNeed.Predict);
        v2.MapGet("", () => TypedResults.Ok(new ServerMetadata(ServerName, ServerVersion, []))).AllowAnonymous();
        v2.MapGet("/health/live", IResult () => TypedResults.Ok(new { live = true })).AllowAnonymous();
        v2.MapGet("/health/ready", Ready).AllowAnonymous();
        foreach (var path in (string[])["/models/{model}", "/models/{model}/versions/{version}"])
        {
            v2.MapGet(path, DescribeAsync);
            v2.MapGet($"{path}/ready", ModelReadyAsync);
            v2.MapPost($"{path}/infer", InferAsync).AddEndpointFilter<RouteHandlerBuilder, DeadlineFilter>().Accepts<JsonElement>("application/json").WithMetadata(new RequestSizeLimitAttribute(options.MaxRequestBytes));
        }
    }

    /// <summary>Not before what is deployed has been looked up, on disk or in the registry.</summary>
    private static IResult Ready(Router router) => router.HasFollowed ? TypedResults.Ok(new { ready = true }) : throw new OpenInferenceException(
        StatusCodes.Status503ServiceUnavailable, "It is not known yet what is deployed: the registry has not answered and nothing was served before.");

    private static async Task<IResult> DescribeAsync(StoreId store, string model, TensorModels models, CancellationToken cancellationToken, string? version = null)
    {
        using var use = await models.UseAsync(store, model, version, cancellationToken);
        var signature = use.Model.Tensors.Signature;
        return TypedResults.Ok(new ModelMetadata(model, [.. models.VersionsOf(store, model)], Platform, signature.Inputs, signature.Outputs));
    }

    private static async Task<IResult> ModelReadyAsync(StoreId store, string model, TensorModels models, CancellationToken cancellationToken, string? version = null)
    {
        using var use = await models.UseAsync(store, model, version, cancellationToken);
        return TypedResults.Ok(new { name = model, ready = true });
    }

    private static async Task<IResult> InferAsync(
        StoreId store, string model, HttpRequest request, TensorModels models, IOptions<OpenInferenceOptions> options, CancellationToken cancellationToken, string? version = null)
    {
        using var use = await models.UseAsync(store, model, version, cancellationToken);
        using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken);
        var (id, call) = InferJson.Read(body.RootElement, use.Model.Tensors.Signature, options.Value.MaxTensorValues);
        var outputs = await TensorModels.InferAsync(use.Model, call, cancellationToken);
        using var answer = new MemoryStream();
        using (var json = new Utf8JsonWriter(answer))
            InferJson.Write(json, use.Model, id, outputs);
        return TypedResults.Bytes(answer.GetBuffer().AsMemory(0, (int)answer.Length), "application/json");
    }

    internal sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions);

    internal sealed record ModelMetadata(
        string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs);
}
