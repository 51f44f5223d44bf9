using ModelOps.Contracts.Runs;

namespace ModelOps.Trainer.Applications;

/// <summary>Every application that this build trains.</summary>
public static class ApplicationList
{
    public static IReadOnlyList<IApplication> All { get; } =
    [
        new Recommend(),
        new TextEncoder(),
        new Campaigns(),
        new Search(),
        new Assist(),
        new Profiles(),
        new Pictures(),
    ];

    public static IApplication? Find(string? name) => All.FirstOrDefault(application => application.Name == (name ?? ApplicationName.Recommend));

    /// <summary>Of a run that was accepted.</summary>
    public static IApplication Of(string name) => Find(name) ?? throw new InvalidOperationException($"This build does not train the application '{name}'.");
}
