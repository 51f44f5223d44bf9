using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Compression;

/// <summary>A narrower or shallower network of the same architecture that learns from the trained one; see <see cref="Distillation"/>.</summary>
public sealed class DistilledNetwork : ISmallerNetwork
{
    public string Name => "distilled";

    public string? Refuses(TrainingParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var student = Student(parameters);
        return student.Dimensions <= parameters.Dimensions && student.Blocks <= parameters.Blocks && (student.Dimensions < parameters.Dimensions || student.Blocks < parameters.Blocks)
            ? null
            : $"A student of {student.Dimensions} dimensions and {student.Blocks} block{(student.Blocks == 1 ? "" : "s")} is not smaller than its teacher of {parameters.Dimensions} and {parameters.Blocks}. Lower 'studentDimensions' or 'studentBlocks'.";
    }

    public IReadOnlyList<KeptBlock>? Choose(Teacher teacher, Func<SequenceNetwork, double> quality) => null;

    public Learner Begin(Teacher teacher, IReadOnlyList<KeptBlock>? kept)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        return new Learner(teacher.Shares, teacher.Chosen, teacher.Features, Student(teacher.Parameters), teacher: teacher.Network);
    }

    public int Passes(int trained) => trained;

    /// <summary>Half as wide and half as deep where nothing else is said.</summary>
    private static TrainingParameters Student(TrainingParameters parameters)
    {
        var dimensions = parameters.StudentDimensions ?? Math.Max(1, parameters.Dimensions / 2);
        return parameters with
        {
            Dimensions = dimensions,
            Blocks = parameters.StudentBlocks ?? Math.Max(1, parameters.Blocks / 2),
            Heads = dimensions % parameters.Heads == 0 ? parameters.Heads : 1,
            Freeze = null,
        };
    }
}
