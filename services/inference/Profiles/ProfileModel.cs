using Microsoft.ML.OnnxRuntime;
using ModelOps.Contracts;
using ModelOps.Features;
using ModelOps.Features.Profiles;
using ModelOps.Features.Tables;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Profiles;

/// <summary>What is to be expected of shoppers, with what the package knows that they did.</summary>
internal sealed class ProfileModel : LoadedModel
{
    private static readonly string[] Inputs = [ProfileSettings.Features], Outputs = [ProfileSettings.Scores];
    private readonly InferenceSession session;
    private readonly RunOptions run = new();

    private ProfileModel(
        StoreId store, string name, int version, InferenceSession session, ProfileSettings settings, TableSchema schema, ItemCatalogue catalogue, ProfileHistories histories, BatchingHost batching)
        : base(store, name, version, session, null, batching)
    {
        (this.session, Settings, Schema, Catalogue, Histories) = (session, settings, schema, catalogue, histories);
        Users = [.. histories.Users.Order(StringComparer.Ordinal)];
        Refused = new SensitiveTopics(settings.RefusedTopics);
    }

    public ProfileSettings Settings { get; }

    public TableSchema Schema { get; }

    public ItemCatalogue Catalogue { get; }

    public ProfileHistories Histories { get; }

    /// <summary>Of the histories, in the order of their characters.</summary>
    public string[] Users { get; }

    public SensitiveTopics Refused { get; }

    /// <exception cref="InvalidDataException">A file is missing or not what it should be.</exception>
    public static async Task<ProfileModel> LoadAsync(StoreId store, string name, int version, string folder, BatchingHost batching, CancellationToken cancellationToken)
    {
        InferenceSession? session = null;
        try
        {
            var settings = await ProfileSettings.ReadAsync(Path.Combine(folder, ProfileSettings.FileName), cancellationToken);
            var schema = await TableSchema.ReadAsync(Path.Combine(folder, TableSchema.FileName));
            var catalogue = await ItemCatalogue.ReadAsync(Path.Combine(folder, PackageFiles.Items), cancellationToken);
            var histories = await ProfileHistories.ReadAsync(Path.Combine(folder, ProfileHistories.FileName), catalogue, cancellationToken);
            session = Open(Path.Combine(folder, PackageFiles.Model));
            Check(session, settings, schema);
            return new ProfileModel(store, name, version, session, settings, schema, catalogue, histories, batching);
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or InvalidDataException or System.Text.Json.JsonException or FileNotFoundException)
        {
            session?.Dispose();
            throw new InvalidDataException($"'{name}' version {version} cannot be served: {exception.Message}", exception);
        }
    }

    /// <param name="rows">(shoppers, <see cref="ProfileFeatures.Names"/>).</param>
    /// <returns>(shoppers, <see cref="ProfileSettings.ScoreCount"/>).</returns>
    public float[] Score(float[] rows)
    {
        if (rows.Length == 0)
            return [];
        using var input = OrtValue.CreateTensorValueFromMemory(rows, [rows.Length / Schema.Columns.Count, Schema.Columns.Count]);
        using var outputs = session.Run(run, Inputs, [input], Outputs);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <param name="row">Features of one shopper.</param>
    public ProfileCluster ClusterOf(ReadOnlySpan<float> row)
    {
        var design = new float[Schema.Design.Count];
        Schema.Expand(row, design);
        return Settings.Clusters.Clusters[Settings.Clusters.Of(design)];
    }

    protected override void Free() => run.Dispose();

    private static void Check(InferenceSession session, ProfileSettings settings, TableSchema schema)
    {
        if (!schema.Columns.Select(column => column.Name).SequenceEqual(ProfileFeatures.Names))
            throw new InvalidDataException("it was trained on other features than this build makes. Train the model again.");
        var takes = session.InputMetadata.TryGetValue(ProfileSettings.Features, out var features) && features.Dimensions is [_, var columns] && columns == schema.Columns.Count;
        var gives = session.OutputMetadata.TryGetValue(ProfileSettings.Scores, out var scores) && scores.Dimensions is [_, ProfileSettings.ScoreCount];
        if (!takes || !gives)
            throw new InvalidDataException($"the graph does not take {schema.Columns.Count} columns and give {ProfileSettings.ScoreCount} scores, as its files say. Train the model again.");
        if (settings.Clusters.Columns.Any(column => column < 0 || column >= schema.Design.Count))
            throw new InvalidDataException("its clusters compare columns that its table has not. Train the model again.");
    }
}
