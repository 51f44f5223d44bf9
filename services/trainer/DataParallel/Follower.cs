using System.Runtime.InteropServices;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.DataParallel;

/// <summary>
/// Every process of a group but the first. It learns what it is told, from the weights it is given at each pass: it keeps nothing, so
/// a group that lost one goes on from the first's checkpoint.
/// </summary>
internal static class Follower
{
    public static void Run(Group group)
    {
        Learner? learner = null;
        Training.Windows? windows = null;
        try
        {
            while (true)
            {
                var (word, what) = group.Hear();
                if (word == Word.End)
                    return;
                if (word == Word.Lesson)
                {
                    var lesson = Lesson.Of(what);
                    learner?.Dispose();
                    learner = new Learner(lesson.Shares, lesson.Chosen, lesson.Features, lesson.Parameters, group);
                    windows = new Training.Windows(lesson.Windows, lesson.Parameters.Length);
                    continue;
                }
                var call = MemoryMarshal.Read<PassCall>(what);
                try
                {
                    learner!.Pass(windows!, call.Seed, call.Pass, call.Halvings);
                }
                catch (TrainingException)
                {
                    // The first process has the same reason, and says it; its end ends this one.
                }
            }
        }
        finally
        {
            learner?.Dispose();
            group.End();
        }
    }
}

/// <summary>The arguments of <see cref="Learner.Pass"/>.</summary>
internal readonly record struct PassCall(int Seed, int Pass, int Halvings);
