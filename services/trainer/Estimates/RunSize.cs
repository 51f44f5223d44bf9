using ModelOps.Contracts.Datasets;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Estimates;

/// <summary>What is known of a training before it starts, as far as it decides what it takes.</summary>
/// <param name="Kind">Trainings are compared with those of the same kind alone.</param>
/// <param name="Events">Of the dataset version.</param>
/// <param name="Passes">The most passes over them; the validation may stop earlier.</param>
/// <param name="Parameters">Numbers that each event is multiplied with, about: the items it is compared with and the blocks.</param>
public sealed record RunSize(string Kind, long Events, int Passes, double Parameters)
{
    /// <summary>Minutes that a search takes before the training, whatever the size.</summary>
    public double SearchMinutes { get; init; }

    /// <summary>Square matrices of a block, about.</summary>
    private const int MatricesPerBlock = 6;

    public static RunSize Of(TrainingParameters parameters, DatasetProfile profile)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(profile);
        var smaller = string.Concat(parameters.SmallerNetworks.Select(way => "+" + way.Name));
        var size = Architectures.Architecture.Networks.ContainsKey(parameters.Architecture)
            ? new RunSize(parameters.Architecture + smaller, profile.Events, parameters.Epochs, ((double)profile.Items + (double)MatricesPerBlock * parameters.Blocks * parameters.Dimensions) * parameters.Dimensions)
            : new RunSize(parameters.Architecture, profile.Events, 1, profile.Items);
        return size with { SearchMinutes = parameters.Search is null ? 0 : parameters.SearchMinutes };
    }

    /// <summary>Time grows with it.</summary>
    public double Work => Math.Max(1, (double)Events * Passes * Parameters);

    /// <summary>Memory grows with it.</summary>
    public double Held => Math.Max(1, Events + Parameters);
}
