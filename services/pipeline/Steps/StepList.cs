namespace ModelOps.Pipeline.Steps;

/// <summary>The steps of every pipeline, in order.</summary>
internal static class StepList
{
    public static IReadOnlyList<string> Names { get; } = ["prepare", "train", "gate", "register", "rollout"];

    public static IServiceCollection AddSteps(this IServiceCollection services) => services
        .AddTransient<IStep, PrepareStep>()
        .AddTransient<IStep, TrainStep>()
        .AddTransient<IStep, GateStep>()
        .AddTransient<IStep, RegisterStep>()
        .AddTransient<IStep, RolloutStep>();
}
