using System.Numerics.Tensors;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Contracts;
using ModelOps.Features;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Models;
using ModelOps.Pictures;
using ModelOps.Search;

namespace ModelOps.Inference.Pictures;

/// <summary>A network of pictures with the catalogue's vectors: answers a picture with products that look like it.</summary>
internal sealed class PictureModel : LoadedModel
{
    private readonly PictureSettings settings;
    private readonly PictureRunner runner;
    private readonly Batcher<PictureCall> batcher;
    private readonly Dictionary<string, int> rows;
    private readonly ThumbnailFile? thumbnails;

    private PictureModel(StoreId store, string name, int version, InferenceSession session, PictureSettings settings, IReadOnlyList<SearchProduct> products, VectorTable vectors, ThumbnailFile? thumbnails, BatchingHost batching)
        : base(store, name, version, session, null, batching)
    {
        (this.settings, Products, Vectors, this.thumbnails) = (settings, products, vectors, thumbnails);
        rows = products.Index().ToDictionary(product => product.Item.Id, product => product.Index, StringComparer.Ordinal);
        runner = new PictureRunner(session, settings);
        batcher = batching.Of(runner, store, name, version);
    }

    /// <summary>Those that have a picture, by row.</summary>
    public IReadOnlyList<SearchProduct> Products { get; }

    public VectorTable Vectors { get; }

    /// <exception cref="InvalidDataException">The package is not one that this build can serve.</exception>
    public static async Task<PictureModel> LoadAsync(StoreId store, string name, int version, string folder, BatchingHost batching, CancellationToken cancellationToken)
    {
        var settings = PictureSettings.Read(folder);
        var products = await ReadProductsAsync(Path.Combine(folder, PackageFiles.PictureProducts), cancellationToken);
        var vectors = VectorTable.Read(Path.Combine(folder, PackageFiles.PictureVectors), products.Count, settings.Dimensions);
        var thumbnails = ThumbnailFile.TryOpen(Path.Combine(folder, PackageFiles.Thumbnails), products.Count);
        var model = new PictureModel(store, name, version, Open(Path.Combine(folder, PackageFiles.Model)), settings, products, vectors, thumbnails, batching);
        try
        {
            model.WarmUp();
            return model;
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or ArgumentException or KeyNotFoundException)
        {
            model.Dispose();
            throw new InvalidDataException($"The graph of '{name}' version {version} does not answer as {PackageFiles.Pictures} says: {exception.Message} Train and register the model again.", exception);
        }
    }

    /// <summary>−1 where the package has no picture of the product.</summary>
    public int RowOf(string product) => rows.GetValueOrDefault(product, -1);

    /// <summary>A JPEG file; null where the package has none.</summary>
    public byte[]? ThumbnailOf(int row) => thumbnails?.Of(row).ToArray();

    public bool HasThumbnails => thumbnails is not null;

    /// <summary>The vector of a picture, or the mean of its frames', of length 1. Computed together with other calls.</summary>
    /// <exception cref="NotComputedException">There is too much to do, or the present deadline has passed.</exception>
    public async ValueTask<float[]> EmbedAsync(IReadOnlyList<Picture> frames, CancellationToken cancellationToken)
    {
        var calls = frames.Select(frame =>
        {
            var call = new PictureCall(new float[settings.Inputs], new float[settings.Dimensions]);
            settings.Fill(frame, call.Values);
            return call;
        }).ToList();
        await Task.WhenAll(calls.Select(call => batcher.RunAsync(call, Deadline.Current, cancellationToken).AsTask()));
        var mean = new float[settings.Dimensions];
        foreach (var call in calls)
            TensorPrimitives.Add(mean, call.Output, mean);
        VectorTable.Normalise(mean);
        return mean;
    }

    protected override void Free()
    {
        runner.Dispose();
        thumbnails?.Dispose();
    }

    private static async Task<List<SearchProduct>> ReadProductsAsync(string path, CancellationToken cancellationToken)
    {
        var products = new List<SearchProduct>();
        try
        {
            await foreach (var line in File.ReadLinesAsync(path, cancellationToken))
                products.Add(JsonSerializer.Deserialize<SearchProduct>(line, PackageJson.Line) ?? throw new InvalidDataException($"Line {products.Count + 1} of {path} is no product."));
            return products;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"Line {products.Count + 1} of {path} is no product: {exception.Message}", exception);
        }
    }

    /// <summary>The first run allocates; it also shows that the graph answers as its settings say.</summary>
    private void WarmUp() => runner.Compute([new PictureCall(new float[settings.Inputs], new float[settings.Dimensions])]);
}
