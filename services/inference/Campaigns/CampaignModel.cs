using Microsoft.ML.OnnxRuntime;
using ModelOps.Contracts;
using ModelOps.Features;
using ModelOps.Features.Campaigns;
using ModelOps.Features.Tables;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Campaigns;

/// <summary>Whom campaigns change: the scores of every arm for a user's attributes.</summary>
internal sealed class CampaignModel : LoadedModel
{
    private static readonly string[] Outputs = [CampaignSettings.Uplift, CampaignSettings.Response];
    private readonly InferenceSession session;
    private readonly CampaignCustomers customers;
    private readonly RunOptions run = new();

    private CampaignModel(StoreId store, string name, int version, InferenceSession session, CampaignSettings settings, TableSchema schema, CampaignCustomers customers, BatchingHost batching)
        : base(store, name, version, session, null, batching) =>
        (this.session, Settings, Schema, this.customers) = (session, settings, schema, customers);

    public CampaignSettings Settings { get; }

    public TableSchema Schema { get; }

    /// <exception cref="InvalidDataException">A file is missing or not what it should be.</exception>
    public static async Task<CampaignModel> LoadAsync(StoreId store, string name, int version, string folder, BatchingHost batching, CancellationToken cancellationToken)
    {
        InferenceSession? session = null;
        try
        {
            var settings = await CampaignSettings.ReadAsync(Path.Combine(folder, CampaignSettings.FileName), cancellationToken);
            var schema = await TableSchema.ReadAsync(Path.Combine(folder, TableSchema.FileName));
            var customers = await CampaignCustomers.ReadAsync(Path.Combine(folder, CampaignCustomers.FileName), schema, cancellationToken);
            session = Open(Path.Combine(folder, PackageFiles.Model));
            Check(session, settings, schema);
            return new CampaignModel(store, name, version, session, settings, schema, customers, batching);
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or InvalidDataException or System.Text.Json.JsonException or FileNotFoundException)
        {
            session?.Dispose();
            throw new InvalidDataException($"'{name}' version {version} cannot be served: {exception.Message}", exception);
        }
    }

    /// <summary>A user's attributes, encoded.</summary>
    /// <param name="context">By column; they go before what is known of the user.</param>
    /// <returns>False where nothing is known of the user.</returns>
    public bool Encode(string? user, Func<string, string?> context, Span<float> row)
    {
        Schema.Encode(context, row);
        var known = user is null ? null : customers.Find(user);
        for (var column = 0; known is not null && column < row.Length; column++)
        {
            if (float.IsNaN(row[column]) && context(Schema.Columns[column].Name) is null)
                row[column] = known[column];
        }
        return row.ContainsAnyExcept(float.NaN);
    }

    /// <param name="rows">(users, columns), encoded.</param>
    /// <returns>(users, arms) of each.</returns>
    public (float[] Uplift, float[] Response) Score(float[] rows)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(rows, [rows.Length / Schema.Columns.Count, Schema.Columns.Count]);
        using var outputs = session.Run(run, [CampaignSettings.Features], [input], Outputs);
        return (outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[1].GetTensorDataAsSpan<float>().ToArray());
    }

    protected override void Free() => run.Dispose();

    private static void Check(InferenceSession session, CampaignSettings settings, TableSchema schema)
    {
        var takes = session.InputMetadata.TryGetValue(CampaignSettings.Features, out var features) && features.Dimensions is [_, var columns] && columns == schema.Columns.Count;
        var gives = Outputs.All(output => session.OutputMetadata.TryGetValue(output, out var scores) && scores.Dimensions is [_, var arms] && arms == settings.Arms.Count);
        if (!takes || !gives)
            throw new InvalidDataException($"the graph does not take {schema.Columns.Count} columns and give {settings.Arms.Count} arms, as its files say. Train the model again.");
    }
}
