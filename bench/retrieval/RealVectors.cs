using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Training;
using static TorchSharp.torch;

namespace ModelOps.Bench.Retrieval;

/// <summary>What a trained run's network knows: its items, and its shoppers by their histories.</summary>
internal static class RealVectors
{
    /// <returns>(items, dim) and (users, dim): a product of both is a score as served.</returns>
    public static async Task<(Tensor Items, Tensor Users)> ReadAsync(string folder)
    {
        var task = await TrainingTask.ReadAsync(folder);
        var parameters = TrainingParameters.Parse(task.Parameters, out _)!;
        var reader = new DatasetReader(folder);
        var (events, targets) = await reader.ChooseEventsAsync(parameters.Events, parameters.TargetEvents);
        var interactions = await reader.ReadInteractionsAsync(events, targets, parameters.EventWeights);
        var catalogue = await reader.ReadCatalogueAsync(interactions.Vocabulary, PackageWriter.Popularity(interactions, task.Dataset.Profile.HasClock));
        var features = parameters.ItemFeatures == "none" ? null : ItemFeatures.Of(catalogue.Items);
        var everything = new Holdout(interactions.Everything(), [], 0);
        var shares = new float[interactions.Vocabulary.Count + 1];
        using var learner = new Learner(shares, interactions.Chosen, features, parameters);
        StartingPoint.TryRead(Path.Combine(folder, TrainingTask.PackageFolder))!.ApplyTo(learner.Network, parameters.Architecture, interactions.Vocabulary, features);
        using var untracked = no_grad();
        learner.Network.eval();
        var table = learner.Network.ItemTable().slice(0, 1, interactions.Vocabulary.Count + 1, 1).detach().clone();
        var histories = new RecommenderScorer(learner.Network, interactions, everything).Encode([.. Enumerable.Range(0, interactions.Users.Length)]);
        var centred = table - table.mean([0], keepdim: true);
        var covariance = centred.t().mm(centred) / table.shape[0];
        var users = new List<Tensor>();
        for (var at = 0; at < interactions.Users.Length; at += 512)
        {
            using var scope = NewDisposeScope();
            var rows = Math.Min(512, interactions.Users.Length - at);
            var last = learner.Network.forward(tensor(histories.AsSpan(at * learner.Network.Length, rows * learner.Network.Length).ToArray(), rows, learner.Network.Length)).select(1, -1);
            users.Add((last / last.mm(covariance).mul(last).sum(1, keepdim: true).sqrt()).MoveToOuterDisposeScope());
        }
        return (table, cat(users));
    }
}
