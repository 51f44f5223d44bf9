using System.Diagnostics;
using System.Text.Json;
using ModelOps.Contracts.Runs;
using ModelOps.Features;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Compression;
using ModelOps.Trainer.DataParallel;
using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Optimizers;

namespace ModelOps.Trainer.Training;

/// <summary>
/// One training from the data to the model that is deployed: the validation chooses the number of passes, the settings of the
/// counted models and what each model weighs; the test measures once; the refit learns everything. Goes on from the checkpoint in
/// its folder.
/// </summary>
public sealed class TrainingSession : IDisposable
{
    /// <summary>Shoppers on whom heads and blocks are ranked, and those whose histories a smaller network's export is checked on.</summary>
    private const int MostPruningCases = 2000, MostParityCases = 1024;

    private readonly TrainingParameters parameters;
    private readonly Interactions interactions;
    private readonly ItemCatalogue catalogue;
    private readonly Holdouts holdouts;
    private readonly ItemFeatures? features;
    private readonly bool hasClock;
    private readonly SequenceNetwork? imported;
    private readonly StartingPoint? start;
    private readonly Group? group;
    private readonly string checkpointPath;
    private readonly Action<WorkerMessage> report;
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly double secondsBefore;
    private TrainingProgress progress;
    private Dictionary<string, float[]> best;
    private Learner? learner;
    private Learner? smaller;

    /// <param name="imported">A network that learned elsewhere and learns nothing here; stays its owner's.</param>
    /// <param name="start">What the network begins with, as far as enough is new to measure it.</param>
    /// <param name="group">The processes that train together with this one, which leads.</param>
    /// <param name="pictures">What the items look like, if that is to join.</param>
    public TrainingSession(TrainingParameters parameters, Interactions interactions, ItemCatalogue catalogue, bool hasClock, string folder, Action<WorkerMessage> report, SequenceNetwork? imported = null, StartingPoint? start = null, Group? group = null, ItemPictures? pictures = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        (this.parameters, this.interactions, this.catalogue, this.hasClock, this.report, this.imported, this.group) = (parameters, interactions, catalogue, hasClock, report, imported, group);
        (holdouts, this.start) = Begin(start);
        if (holdouts.Validation.Cases.Count == 0 || holdouts.Test.Cases.Count == 0)
            throw new TrainingException($"{holdouts.Protocol} finds {holdouts.Validation.Cases.Count} shoppers to validate on and {holdouts.Test.Cases.Count} to test on. Bring more history: shoppers with at least four events, or for next-period some who come back.");
        RepeatRate = holdouts.Validation.RepeatRate(interactions);
        ExcludeSeen = parameters.ExcludeSeen == "auto" ? RepeatRate <= 0.1 : parameters.ExcludeSeen == "true";
        var described = parameters.ItemFeatures == "none" ? null : ItemFeatures.Of(catalogue.Items);
        features = pictures is null ? described : (described ?? ItemFeatures.OfPictures(pictures, catalogue.Items.Count)) with { Pictures = pictures };
        checkpointPath = Path.Combine(folder, Checkpoint.FileName);
        (progress, best) = Resume(Checkpoint.TryRead(checkpointPath));
        secondsBefore = progress.Seconds;
    }

    public double RepeatRate { get; }

    public bool ExcludeSeen { get; }

    public string Protocol => holdouts.Protocol;

    public Holdout Test => holdouts.Test;

    /// <summary>The deployed network's, by name; empty where the architecture counts.</summary>
    public IReadOnlyDictionary<string, float[]> Weights() => (smaller ?? learner)?.Weights() ?? [];

    /// <summary>Of NDCG@10, relative, what the form of the graph may still lose after a smaller network took its part.</summary>
    public double LossLeft => progress.Networks.SingleOrDefault(network => network.Kept) is { Loss: > 0 and < 1 } kept ? Math.Max(0, 1 - (1 - parameters.MostLoss) / (1 - kept.Loss)) : parameters.MostLoss;

    private bool HasNetwork => Architecture.Networks.ContainsKey(parameters.Architecture);

    /// <summary>Runs every stage that is left.</summary>
    public TrainingProgress Run()
    {
        foreach (var point in progress.Epochs)
            report(new WorkerMessage(Epoch: point));
        if (progress.Stage == Stage.Validate)
            Validate();
        if (progress.Stage == Stage.Test)
            MeasureOnce();
        if (progress.Stage == Stage.Compress)
            TrySmallerNetworks();
        if (progress.Stage == Stage.Refit)
            Refit();
        if (progress.Stage == Stage.Shrink)
            Shrink();
        return progress;
    }

    /// <summary>At most <paramref name="passes"/> passes, counted from the first, to see how far these parameters come.</summary>
    /// <returns>The best NDCG@10 of the validation.</returns>
    public double Try(int passes)
    {
        if (learner is null)
            throw new TrainingException($"The architecture '{parameters.Architecture}' does not learn in passes, so its parameters cannot be searched; it tunes itself. Search a network's.");
        ChoosePasses(learner, passes);
        return progress.BestNdcg10;
    }

    /// <summary>What is deployed, after <see cref="Run"/>: learned from everything, or what was tested where nothing is refitted.</summary>
    public (RunModels Models, IRecommender Deployed) Finished()
    {
        learner?.Merge();
        var models = ModelsOf(LearnedAtLast);
        return (models, models.Fused(progress.Models.Weights, smaller?.Network));
    }

    private (TrainingProgress, Dictionary<string, float[]>) Resume(Checkpoint? checkpoint)
    {
        if (HasNetwork)
            learner = NewLearner(checkpoint?.Progress.Stage ?? Stage.Validate);
        if (checkpoint is null)
            return (TrainingProgress.Start, []);
        if (checkpoint.Progress.Smaller is { } name)
        {
            learner!.Restore(checkpoint.Best);
            smaller = SmallerNetwork.Of(name).Begin(TeacherAt(checkpoint.Progress.Stage), checkpoint.Progress.Kept);
        }
        (smaller ?? learner)?.Restore(checkpoint.Weights);
        (smaller ?? learner)?.RestoreMoments(checkpoint.Progress.Steps, checkpoint.Moments);
        return (checkpoint.Progress, smaller is null ? new(checkpoint.Best) : []);
    }

    private void Validate()
    {
        if (learner is not null)
        {
            ChoosePasses(learner, parameters.Epochs);
            learner.Restore(best);
        }
        var validation = holdouts.Validation.Sample(parameters.TuningUsers, parameters.Seed);
        report(new WorkerMessage(Phase: "tune"));
        var observed = ObservedOf(validation.Learned);
        var evaluator = new Evaluator(interactions, validation, ExcludeSeen);
        var counted = Architecture.Counted.ToDictionary(architecture => architecture.Name, architecture => architecture.Tune(
            observed, parameters.TuningRounds, model => evaluator.Evaluate(new RecommenderScorer(model, interactions, validation)).Ndcg10));
        progress = progress with { Models = new ModelSettings(counted, new Dictionary<string, double>()) };
        report(new WorkerMessage(Phase: "fuse"));
        using var models = ModelsOf(holdouts.Validation.Learned);
        var (weights, own) = FusionOf(models);
        progress = progress with { Models = progress.Models with { Weights = weights }, Fusion = own };
        Enter(Stage.Test);
    }

    private void ChoosePasses(Learner network, int most)
    {
        report(new WorkerMessage(Phase: "validate"));
        var windows = WindowsOf(holdouts.Validation.Learned);
        var validation = holdouts.Validation.Sample(parameters.ValidationUsers, parameters.Seed);
        var evaluator = new Evaluator(interactions, validation, ExcludeSeen);
        var scorer = new RecommenderScorer(network.Network, interactions, validation);
        while (progress.Epoch < most && progress.Epoch < progress.BestEpoch + parameters.Patience)
        {
            var (started, loss) = (watch.Elapsed, Pass(windows));
            var metrics = evaluator.Evaluate(scorer);
            if (metrics.Ndcg10 > progress.BestNdcg10)
            {
                progress = progress with { BestEpoch = progress.Epoch + 1, BestNdcg10 = metrics.Ndcg10 };
                best = network.Weights();
            }
            EndPass("validate", loss, metrics, started);
        }
    }

    /// <summary>What each model weighs; also how a shopper's own counts join, where repeats are recommended.</summary>
    private (Dictionary<string, double> Weights, FrequencyFusion? Own) FusionOf(RunModels models)
    {
        var weights = parameters.Fuse == "none"
            ? new Dictionary<string, double> { [HasNetwork || imported is not null ? RunModels.Network : parameters.Architecture] = 1 }
            : new FusionWeights(interactions, holdouts.Validation.OnlyNew(interactions)).Best(models.All, parameters.Seed);
        if (ExcludeSeen)
            return (weights, null);
        // The models rank what is new to a shopper, the own counts bring back what is not. Beside the counts popularity has another weight; it is searched together with theirs.
        var (own, prior) = new FusionSearch(interactions, holdouts.Validation).Best(models.Fused(Without(weights)), models[Popularity.Name], hasClock, parameters.Seed);
        return (new(Without(weights)) { [Popularity.Name] = prior }, own);

        Dictionary<string, double> Without(Dictionary<string, double> all) => all.Any(pair => pair.Key != Popularity.Name && pair.Value > 0)
            ? all.Where(pair => pair.Key != Popularity.Name).ToDictionary()
            : new() { [models.All[0].Name] = 1 };
    }

    private void MeasureOnce()
    {
        // What is strict, or counts, is measured as the validation left it.
        if (!holdouts.Test.Learned.SequenceEqual(holdouts.Validation.Learned))
            Fit("test", holdouts.Test.Learned);
        report(new WorkerMessage(Phase: "evaluate"));
        progress = progress with { Comparison = Compare() };
        best = [];
        var isWorthwhile = progress.Models.Weights.GetValueOrDefault(RunModels.Network) > 0 && parameters.SmallerNetworks.Count > 0;
        Enter(isWorthwhile ? Stage.Compress : AfterTests);
    }

    private Stage AfterTests => parameters.Refit == "none" ? AfterRefit : Stage.Refit;

    private Stage AfterRefit => progress.Networks.Any(network => network.Kept && network.Name != Compressor.Exact) ? Stage.Shrink : Stage.Finished;

    private int[] LearnedAtLast => parameters.Refit == "none" ? holdouts.Test.Learned : interactions.Everything();

    /// <summary>Makes each smaller network and asks it beside the one that it was made from: neither has seen the test cases.</summary>
    private void TrySmallerNetworks()
    {
        foreach (var way in parameters.SmallerNetworks.Skip(progress.Networks.Count - 1))
        {
            Make(way, holdouts.Test.Learned);
            var (exact, made) = Measure(way);
            IReadOnlyList<VariantReport> tried = [.. progress.Networks.DefaultIfEmpty(exact), made];
            progress = progress with { Networks = VariantReport.Choose(tried, parameters.MostLoss) };
            if (progress.Networks[^1].Kept)
                progress = progress with { Comparison = Compare(smaller!.Network) };
            smaller!.Dispose();
            smaller = null;
            progress = progress with { Smaller = null, Kept = null };
            Enter(Stage.Compress);
        }
        Enter(AfterTests);
    }

    /// <summary>From what is deployed the same way is gone that was chosen.</summary>
    private void Shrink()
    {
        Make(SmallerNetwork.Of(progress.Networks.Single(network => network.Kept).Name), LearnedAtLast);
        Enter(Stage.Finished);
    }

    private void Make(ISmallerNetwork way, int[] learned)
    {
        report(new WorkerMessage(Phase: way.Name));
        if (smaller is null)
        {
            var teacher = TeacherAt(progress.Stage);
            progress = progress with { Smaller = way.Name, Kept = way.Choose(teacher, QualityOf), Epoch = 0 };
            smaller = way.Begin(teacher, progress.Kept);
        }
        var windows = WindowsOf(learned);
        while (progress.Epoch < way.Passes(progress.BestEpoch))
        {
            var (started, loss) = (watch.Elapsed, smaller.Pass(windows, HashOf(parameters.Seed, (int)Stage.Compress, progress.Epoch), progress.Epoch, 0));
            EndPass(way.Name, loss, null, started);
        }
    }

    private Teacher TeacherAt(Stage stage) => new(learner!.Network, parameters, Shares(stage), interactions.Chosen, features);

    private double QualityOf(SequenceNetwork network)
    {
        var cases = holdouts.Validation.Sample(Math.Min(MostPruningCases, parameters.ValidationUsers), parameters.Seed);
        return new Evaluator(interactions, cases, ExcludeSeen).Evaluate(new RecommenderScorer(network, interactions, cases)).Ndcg10;
    }

    private (VariantReport Exact, VariantReport Made) Measure(ISmallerNetwork way)
    {
        report(new WorkerMessage(Phase: "measure"));
        using var models = ModelsOf(holdouts.Test.Learned);
        var paths = new Dictionary<string, string>();
        foreach (var (name, network) in new[] { (Compressor.Exact, learner!.Network), (way.Name, smaller!.Network) })
        {
            paths[name] = Path.Combine(Path.GetDirectoryName(checkpointPath)!, name + ".onnx");
            var fused = models.Fused(progress.Models.Weights, network);
            var asked = new RecommenderScorer(fused, interactions, holdouts.Test).Encode([.. holdouts.Test.Cases.Take(MostParityCases).Select(@case => @case.User)]);
            CheckedExport.Write(fused, parameters.Architecture, progress.Fusion, asked, paths[name]);
        }
        var reports = new Compressor(parameters, interactions, holdouts.Test, ExcludeSeen, progress.Fusion).Measure(paths);
        foreach (var path in paths.Values)
            File.Delete(path);
        return (reports.Single(one => one.Name == Compressor.Exact), reports.Single(one => one.Name == way.Name));
    }

    private void Refit()
    {
        Fit("refit", interactions.Everything());
        Enter(AfterRefit);
    }

    /// <summary>Trains for as many passes as the validation chose, or goes on for a quarter of them.</summary>
    private void Fit(string phase, int[] learned)
    {
        if (learner is null)
            return;
        report(new WorkerMessage(Phase: phase));
        var warm = parameters.Refit == "warm";
        var passes = warm ? Math.Max(1, progress.BestEpoch / 4) : progress.BestEpoch;
        if (progress.Epoch == 0)
            Renew(keepWeights: warm);
        var windows = WindowsOf(learned);
        while (progress.Epoch < passes)
        {
            var (started, loss) = (watch.Elapsed, Pass(windows));
            EndPass(phase, loss, null, started);
        }
    }

    private void Renew(bool keepWeights)
    {
        var weights = keepWeights ? learner!.Weights() : null;
        learner!.Dispose();
        learner = NewLearner(progress.Stage);
        if (weights is not null)
            learner.Restore(weights);
    }

    /// <param name="instead">A smaller network in the place of the trained one.</param>
    private Dictionary<string, IReadOnlyDictionary<string, double>> Compare(SequenceNetwork? instead = null)
    {
        var evaluator = new Evaluator(interactions, holdouts.Test, ExcludeSeen);
        using var models = new RunModels(instead ?? learner?.Network ?? imported, ObservedOf(holdouts.Test.Learned), progress.Models);
        IScorer fused = new RecommenderScorer(models.Fused(progress.Models.Weights), interactions, holdouts.Test);
        if (progress.Fusion is { } fusion)
            fused = new FusedScorer(fused, fusion, interactions, holdouts.Test);
        var all = new List<(string Name, IScorer Scorer)> { ("model", fused) };
        all.AddRange(models.All.Select(model => (model.Name, (IScorer)new RecommenderScorer(model.Model, interactions, holdouts.Test))));
        if (!ExcludeSeen)
            all.Add(("frequency", new FrequencyScorer(interactions, holdouts.Test)));
        return new ComparisonTable(interactions, holdouts.Test, parameters.Seed).Of([.. all.Select(scorer => (scorer.Name, evaluator.Rank(scorer.Scorer)))]);
    }

    private Learner NewLearner(Stage stage)
    {
        var made = new Learner(Shares(stage), interactions.Chosen, features, parameters, group);
        start?.ApplyTo(made.Network, parameters.Architecture, interactions.Vocabulary, features);
        return made;
    }

    /// <summary>What the weights to start with have learned from cannot be asked any more: both questions are then about what came after.</summary>
    private (Holdouts, StartingPoint?) Begin(StartingPoint? given)
    {
        if (given is null || !HasNetwork)
            return (Holdouts.Choose(parameters, interactions, hasClock), null);
        var after = hasClock ? NextPeriod.After(interactions, given.LearnedUntil) : null;
        if (after is { AreEnough: true })
            return (after, given);
        report(new WorkerMessage(Phase: "from scratch: too little is new since the model to start from"));
        return (Holdouts.Choose(parameters, interactions, hasClock), null);
    }

    public bool IsWarm => start is not null;

    /// <summary>The network as a later training may begin with it; nothing where the architecture counts.</summary>
    public void WriteWeights(string folder)
    {
        if (learner is not null)
            StartingPoint.Write(folder, learner.Network, new WeightsDescription(parameters.Architecture, interactions.LastSeconds, interactions.Vocabulary.Ids, features?.Names ?? []) { Pictures = features?.Pictures?.Origin });
    }

    private RunModels ModelsOf(int[] learned) => new(learner?.Network ?? imported, ObservedOf(learned), progress.Models);

    private Observed ObservedOf(int[] learned) => new(interactions.Sequences(learned), catalogue.Items, parameters.Length);

    private Windows WindowsOf(int[] learned)
    {
        var windows = new Windows(interactions, learned, parameters.Length, parameters.HalfLifeDays);
        return windows.Count > 0 ? windows : throw new TrainingException("No shopper has two different items in a row, so there is nothing to learn from. Bring more events, or name more of them in 'events'.");
    }

    /// <summary>By index: each item's share of what a stage learns from.</summary>
    private float[] Shares(Stage stage)
    {
        var counts = stage switch
        {
            Stage.Validate => holdouts.Validation.ItemCounts(interactions),
            Stage.Test or Stage.Compress => holdouts.Test.ItemCounts(interactions),
            Stage.Shrink when parameters.Refit == "none" => holdouts.Test.ItemCounts(interactions),
            _ => new Holdout(interactions.Everything(), [], 0).ItemCounts(interactions),
        };
        double all = Math.Max(1, counts.Sum());
        return Array.ConvertAll(counts, count => (float)(count / all));
    }

    private double Pass(Windows windows)
    {
        var validations = progress.Epochs.Where(point => point.Phase == "validate").Select(point => point.Ndcg10 ?? 0).ToList();
        return learner!.Pass(windows, HashOf(parameters.Seed, (int)progress.Stage, progress.Epoch), progress.Epoch, Schedule.HalvingsBefore(progress.Epoch, validations));
    }

    /// <summary>The same in every process, unlike <see cref="HashCode"/>.</summary>
    private static int HashOf(int seed, int stage, int epoch) => unchecked((int)((uint)seed * 2_654_435_761u + (uint)(stage * 1_000_003 + epoch))) & int.MaxValue;

    private void EndPass(string phase, double loss, RankingMetrics? metrics, TimeSpan started)
    {
        var point = new EpochPoint(phase, progress.Epoch + 1, loss, metrics?.Ndcg10, metrics?.Recall10, (watch.Elapsed - started).TotalSeconds);
        progress = progress with { Epoch = progress.Epoch + 1, Epochs = [.. progress.Epochs, point] };
        Save();
        report(new WorkerMessage(Epoch: point));
    }

    private void Enter(Stage stage)
    {
        progress = progress with { Stage = stage, Epoch = 0 };
        Save();
    }

    private void Save()
    {
        var learning = smaller ?? learner;
        var (steps, moments) = learning?.Moments() ?? (0, []);
        progress = progress with { Steps = steps, Seconds = secondsBefore + watch.Elapsed.TotalSeconds };
        new Checkpoint(progress, learning?.Weights() ?? [], moments, smaller is null ? best : learner!.Weights()).Write(checkpointPath);
    }

    public void Dispose()
    {
        smaller?.Dispose();
        learner?.Dispose();
    }
}
