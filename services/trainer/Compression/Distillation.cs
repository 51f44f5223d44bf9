// Hinton, Vinyals, Dean: Distilling the Knowledge in a Neural Network. NIPS 2014 Deep Learning Workshop, https://arxiv.org/abs/1503.02531
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Training;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Compression;

/// <summary>What a student learns from a teacher: how its scores are distributed over the items, beside which item came next.</summary>
/// <param name="teacher">Stays its owner's, and as it is.</param>
/// <param name="chosen">Items that somebody chose: these are compared.</param>
public sealed class Distillation(SequenceNetwork teacher, TrainingParameters parameters, int chosen)
{
    /// <summary>Up to this many items all are compared; else what the batch chose, and some that are drawn.</summary>
    private const int AllUpTo = 4000;

    /// <summary>More would cost more than they teach: (targets, candidates) scores are made twice.</summary>
    private const int MostTargets = 512;

    /// <summary>The teacher's vectors of the same histories.</summary>
    /// <param name="inputs">(batch, time)</param>
    /// <param name="places">(targets) of batch · time.</param>
    public Tensor Hidden(Tensor inputs, Tensor places) // (targets, dim of the teacher)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        teacher.eval();
        var hidden = teacher.forward(inputs);
        return hidden.view(-1, hidden.shape[2]).index_select(0, places).MoveToOuterDisposeScope();
    }

    /// <summary>Joins <paramref name="hard"/>, the loss against what came next, with the divergence from the teacher (Kullback, Leibler) at the temperature, times its square.</summary>
    /// <param name="hard">(targets)</param>
    /// <param name="hidden">(targets, dim) the student's.</param>
    /// <param name="taught">See <see cref="Hidden"/>.</param>
    /// <param name="targets">(targets) the items that came next, from 1.</param>
    /// <param name="vectors">The student's, of items: (n) → (n, dim).</param>
    public Tensor Join(Tensor hard, Tensor hidden, Tensor taught, Tensor targets, Func<Tensor, Tensor> vectors) // (targets)
    {
        ArgumentNullException.ThrowIfNull(hard);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(vectors);
        using var scope = NewDisposeScope();
        var (temperature, square) = (Scalars.Of(parameters.Temperature), Scalars.Of(parameters.Temperature * parameters.Temperature));
        var (share, rest) = (Scalars.Of(parameters.TeacherShare), Scalars.Of(1 - parameters.TeacherShare));
        var candidates = Candidates(targets);
        var own = nn.functional.log_softmax(nn.functional.linear(hidden, vectors(candidates)).div(temperature), 1); // (targets, candidates)
        Tensor teachers;
        using (no_grad())
            teachers = nn.functional.log_softmax(nn.functional.linear(taught, teacher.Vectors(candidates)).div(temperature), 1);
        var soft = (teachers.exp() * (teachers - own)).sum(1).mul(square);
        return hard.mul(rest).Plus(soft.mul(share)).MoveToOuterDisposeScope();
    }

    private Tensor Candidates(Tensor targets) => chosen <= AllUpTo
        ? arange(Scalars.Whole(1), Scalars.Whole(chosen + 1), ScalarType.Int64, targets.device)
        : cat([targets.slice(0, 0, Math.Min(MostTargets, targets.shape[0]), 1), randint(1, chosen + 1, parameters.Negatives, ScalarType.Int64, targets.device)]);
}
