using System.Security.Claims;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Features;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Deployments;

namespace ModelOps.Inference.OpenInference.Grpc;

/// <summary>The protocol's standard gRPC service. The API key is metadata, <c>x-api-key</c>; a call's deadline is the caller's own, else the default.</summary>
internal sealed class InferenceRpc(TensorModels models, Router router, BatchingHost batching, IOptions<OpenInferenceOptions> options) : GRPCInferenceService.GRPCInferenceServiceBase
{
    private static readonly TimeSpan LongestDeadline = TimeSpan.FromHours(1);

    [AllowAnonymous]
    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) => Task.FromResult(new ServerLiveResponse { Live = true });

    [AllowAnonymous]
    public override Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) => Task.FromResult(new ServerReadyResponse { Ready = router.HasFollowed });

    [AllowAnonymous]
    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerMetadataResponse { Name = OpenInferenceApi.ServerName, Version = OpenInferenceApi.ServerVersion });

    public override async Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context)
    {
        try
        {
            using var use = await models.UseAsync(StoreOf(context), request.Name, VersionOf(request.Version), context.CancellationToken);
            return new ModelReadyResponse { Ready = true };
        }
        catch (OpenInferenceException)
        {
            return new ModelReadyResponse { Ready = false };
        }
    }

    public override async Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context)
    {
        try
        {
            using var use = await models.UseAsync(StoreOf(context), request.Name, VersionOf(request.Version), context.CancellationToken);
            var signature = use.Model.Tensors.Signature;
            return new ModelMetadataResponse
            {
                Name = request.Name,
                Versions = { models.VersionsOf(use.Model.Store, request.Name) },
                Platform = OpenInferenceApi.Platform,
                Inputs = { signature.Inputs.Select(Describe) },
                Outputs = { signature.Outputs.Select(Describe) },
            };
        }
        catch (OpenInferenceException exception)
        {
            throw Refusal(exception);
        }
    }

    public override async Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context)
    {
        // gRPC cancels the call at the caller's deadline; the default is for those who gave none.
        var left = context.Deadline == DateTime.MaxValue ? batching.Options.DefaultDeadline : Within(context.Deadline - DateTime.UtcNow);
        using var passed = new CancellationTokenSource(left, batching.Time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(passed.Token, context.CancellationToken);
        Deadline.Current = Deadline.In(left, batching.Time);
        try
        {
            using var use = await models.UseAsync(StoreOf(context), request.ModelName, VersionOf(request.ModelVersion), ends.Token);
            var call = GrpcTensors.Read(request, use.Model.Tensors.Signature, options.Value.MaxTensorValues);
            var response = new ModelInferResponse { ModelName = use.Model.Name, ModelVersion = $"{use.Model.Version}", Id = request.Id };
            GrpcTensors.Write(await TensorModels.InferAsync(use.Model, call, ends.Token), response);
            return response;
        }
        catch (OpenInferenceException exception)
        {
            throw Refusal(exception);
        }
        catch (OverloadedException exception)
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"{exception.Message} Try again in {exception.RetryAfterSeconds} s."));
        }
        catch (Exception exception) when (exception is DeadlinePassedException || (exception is OperationCanceledException && passed.IsCancellationRequested))
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, "The answer was not ready before the deadline."));
        }
    }

    private static RpcException Refusal(OpenInferenceException exception) => new(new Status(
        exception.Status == StatusCodes.Status404NotFound ? StatusCode.NotFound : StatusCode.InvalidArgument, exception.Message));

    private static TimeSpan Within(TimeSpan left) => left < TimeSpan.Zero ? TimeSpan.Zero : left > LongestDeadline ? LongestDeadline : left;

    private static StoreId StoreOf(ServerCallContext context) => new(context.GetHttpContext().User.FindFirstValue(StoreId.Claim)!);

    private static string? VersionOf(string version) => version.Length > 0 ? version : null;

    private static ModelMetadataResponse.Types.TensorMetadata Describe(TensorSpec tensor) => new() { Name = tensor.Name, Datatype = tensor.Datatype, Shape = { tensor.Shape } };
}
