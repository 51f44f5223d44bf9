using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Features;
using ModelOps.Features.Campaigns;
using ModelOps.Features.Profiles;
using ModelOps.Features.Text;
using ModelOps.Inference.Assist;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Campaigns;
using ModelOps.Inference.Pictures;
using ModelOps.Inference.Profiles;
using ModelOps.Inference.Search;
using ModelOps.Inference.Texts;
using ModelOps.Search.Packages;

namespace ModelOps.Inference.Models;

/// <summary>What a package is, told by the file that only its kind has.</summary>
internal static class PackageKinds
{
    private static readonly Kind[] All =
    [
        new(CampaignSettings.FileName, "a judge of campaigns", RunAsync(CampaignModel.LoadAsync)),
        new(ProfileSettings.FileName, "profiles", RunAsync(ProfileModel.LoadAsync)),
        new(PackageFiles.Schema, "a recommender", RunAsync(RecommendationModel.LoadAsync)),
        new(PackageFiles.Assist, "an assistant", RunAsync(AssistModel.LoadAsync)),
        new(SearchPackage.Settings, "a search", RunAsync(SearchModel.LoadAsync)),
        new(PackageFiles.Pictures, "a network of pictures", RunAsync(PictureModel.LoadAsync)),
        new(PackageFiles.Encoder, "a text network", (place, batching, _) => Task.FromResult<LoadedModel>(EncoderDescription.Read(place.Folder).Kind == EncoderKind.Generate
            ? TextDecoder.Load(place.Store, place.Model, place.Version, place.Folder, batching)
            : TextEncoder.Load(place.Store, place.Model, place.Version, place.Folder, batching))),
        new(PackageFiles.Signature, "a model of your own", RunAsync(OwnModel.LoadAsync)),
    ];

    /// <exception cref="UnknownPackageException">It is of no kind that this build serves.</exception>
    /// <exception cref="InvalidDataException">It is of a known kind, but cannot be served.</exception>
    public static Task<LoadedModel> LoadAsync(Deployment deployment, string folder, BatchingHost batching, CancellationToken cancellationToken)
    {
        var kind = Array.Find(All, kind => File.Exists(Path.Combine(folder, kind.File)))
            ?? throw new UnknownPackageException(
                $"The package of '{deployment.Model}' version {deployment.Version} has none of {string.Join(", ", All.Select(kind => $"{kind.File} ({kind.Name})"))}. It is not served.");
        return kind.Load(new Place(deployment.Store, deployment.Model, deployment.Version, folder), batching, cancellationToken);
    }

    private static Func<Place, BatchingHost, CancellationToken, Task<LoadedModel>> RunAsync<TModel>(Func<StoreId, string, int, string, BatchingHost, CancellationToken, Task<TModel>> load) where TModel : LoadedModel =>
        async (place, batching, cancellationToken) => await load(place.Store, place.Model, place.Version, place.Folder, batching, cancellationToken);

    private sealed record Kind(string File, string Name, Func<Place, BatchingHost, CancellationToken, Task<LoadedModel>> Load);

    private sealed record Place(StoreId Store, string Model, int Version, string Folder);
}

/// <summary>A package of another use than being served here; waiting for it would be in vain.</summary>
internal sealed class UnknownPackageException(string message) : Exception(message);
