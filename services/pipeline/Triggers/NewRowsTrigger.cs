using System.Globalization;
using ModelOps.Contracts.Datasets;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Steps;

namespace ModelOps.Pipeline.Triggers;

/// <summary>Enough has come since the version that was trained with: by uploads, and in the event log where the pipeline takes it in.</summary>
internal sealed class NewRowsTrigger(DataPrepClient dataPrep) : ITrigger
{
    public string Name => "new_rows";

    public bool IsOn(PipelineDefinition definition) => definition.Triggers.NewRows is not null;

    public async Task<TriggerReading?> ReadAsync(TriggerQuestion question, CancellationToken cancellationToken)
    {
        var (target, definition) = (question.Target, question.Definition);
        var output = question.LastTrained?.Steps.Select(step => step.Outputs.GetValueOrDefault(PrepareStep.DatasetVersion)).FirstOrDefault(value => value is not null);
        if (!int.TryParse(output, CultureInfo.InvariantCulture, out var version) || question.LastTrained!.Dataset != target.Dataset
            || await dataPrep.FindAsync(target.Store, target.Dataset, cancellationToken) is not { } dataset)
            return null;
        var trained = await dataPrep.GetVersionAsync(target.Store, target.Dataset, version, cancellationToken);
        var latest = await dataPrep.GetVersionAsync(target.Store, target.Dataset, dataset.LatestVersion, cancellationToken);
        var waiting = definition.Prepare.IncludeEventLog ? (await dataPrep.FindWaitingAsync(target.Store, target.Dataset, cancellationToken))?.Events ?? 0 : 0;
        return Read(definition.Triggers.NewRows!, version, trained.Profile.Events, Math.Max(0, latest.Profile.Events - trained.Profile.Events) + waiting);
    }

    /// <param name="trained">Events of the version that was trained with.</param>
    /// <param name="fresh">Events beyond them.</param>
    internal static TriggerReading Read(NewRowsTriggerDefinition wanted, int version, long trained, long fresh)
    {
        var share = (double)fresh / Math.Max(1, trained);
        var fires = share >= wanted.Share || fresh >= wanted.Count;
        var limits = string.Join(" or ", new[] { wanted.Share is { } least ? $"a share of {Text(least)}" : null, wanted.Count is { } count ? $"{count} events" : null }.Where(text => text is not null));
        return new TriggerReading(
            fires, $"v{version}", $"{fresh} new events beside the {trained} of version {version}, a share of {Text(share)}; wanted: {limits}.",
            fires ? "Fewer new events, or a higher triggers.new_rows." : $"{limits}.",
            new Dictionary<string, double> { ["new_events"] = fresh, ["trained_events"] = trained, ["share"] = share });
    }

    private static string Text(double share) => share.ToString("0.###", CultureInfo.InvariantCulture);
}
