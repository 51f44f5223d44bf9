using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Compression;
using ModelOps.Trainer.DataParallel;
using ModelOps.Trainer.Objectives;
using ModelOps.Trainer.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Training;

/// <summary>A network that learns, and all that must be kept for it to go on learning elsewhere.</summary>
public sealed class Learner : IDisposable
{
    private const float Tiny = 1e-12f;

    /// <summary>Multiplications of a step from which several threads share them.</summary>
    private const double WorthThreads = 250e6;

    /// <summary>Square matrices of a block that each position is multiplied with, about.</summary>
    private const int MatricesPerBlock = 6;

    private readonly Adapters? adapters;
    private readonly IOptimizer optimizer;
    private readonly Schedule schedule;
    private readonly IObjective objective;
    private readonly TrainingParameters parameters;
    private readonly Device device;
    private readonly Group? group;
    private readonly Distillation? distillation;
    private readonly Func<Windows, Lesson> lesson;
    private Windows? taught;

    /// <param name="shares">By item index: its share of all targets.</param>
    /// <param name="chosen">Items that somebody chose; the vocabulary begins with them.</param>
    /// <param name="features">What the catalogue says of the items, if it is to join.</param>
    /// <param name="group">The processes that learn together with this one.</param>
    /// <param name="headsLeft">By block: its heads, where some were taken out of the network; null where none were.</param>
    /// <param name="teacher">A trained network to learn from too; stays its owner's.</param>
    public Learner(float[] shares, int chosen, ItemFeatures? features, TrainingParameters parameters, Group? group = null, IReadOnlyList<int>? headsLeft = null, SequenceNetwork? teacher = null)
    {
        ArgumentNullException.ThrowIfNull(shares);
        ArgumentNullException.ThrowIfNull(parameters);
        (this.parameters, this.group) = (parameters, group);
        lesson = windows => new Lesson(parameters, shares, chosen, features, [.. windows.All]);
        device = parameters.Device == "cuda" || (parameters.Device == "auto" && cuda.is_available()) ? CUDA : CPU;
        manual_seed(parameters.Seed);
        var items = shares.Length - 1;
        Network = Architecture.Networks[parameters.Architecture](new NetworkConfig(items, parameters.Length, parameters.Dimensions, headsLeft?.Count ?? parameters.Blocks, parameters.Heads, parameters.Dropout) { Chosen = chosen, Features = features, HeadsLeft = headsLeft });
        adapters = parameters.LoraRank > 0 ? new Adapters(Network, parameters.LoraRank) : null;
        Freeze(parameters.Freeze ?? []);
        Network.to(device);
        optimizer = Optimizer.Create(parameters.Optimizer, Network, parameters.WeightDecay);
        schedule = new Schedule(parameters.Schedule, parameters.WarmupSteps, parameters.Epochs);
        distillation = teacher is null ? null : new Distillation(teacher, parameters, chosen);
        objective = Objective.Create(parameters.Loss, new ObjectiveOptions(chosen, parameters.Negatives, shares[..(chosen + 1)], parameters.NegativePopularity, parameters.Calibration));
    }

    public SequenceNetwork Network { get; }

    /// <summary>One pass over <paramref name="windows"/>. Returns the mean loss of a batch, in nats a target.</summary>
    /// <param name="seed">Decides order, dropout and negatives: a pass repeated after a restart is the same pass.</param>
    /// <param name="pass">Passes made in this stage before.</param>
    /// <param name="halvings">How often the validation had stood still before.</param>
    public double Pass(Windows windows, int seed, int pass, int halvings)
    {
        ArgumentNullException.ThrowIfNull(windows);
        BeginTogether(windows, new PassCall(seed, pass, halvings));
        manual_seed(seed);
        Network.train();
        var total = 0.0;
        var batches = 0;
        var all = windows.Batches(parameters.BatchSize, seed).ToList();
        var threads = get_num_threads();
        set_num_threads(ThreadsFor(all, threads));
        try
        {
            foreach (var batch in all)
            {
                total += Step(batch, parameters.LearningRate * schedule.ShareAt(optimizer.Steps, pass + (double)batches / all.Count, halvings));
                batches++;
            }
        }
        finally
        {
            set_num_threads(threads);
        }
        if (!double.IsFinite(total))
            throw new TrainingException($"The loss is not a number any more. Lower 'learningRate' (now {parameters.LearningRate}).");
        return total / Math.Max(1, batches);
    }

    /// <summary>One where a step is small: its operations are over before a second thread is awake. See docs/experiments.md.</summary>
    private int ThreadsFor(List<Batch> batches, int most)
    {
        var places = batches.Count == 0 ? 0 : batches.Average(batch => (double)batch.Rows * batch.Columns);
        var compared = objective is SampledSoftmax or CalibratedBce ? parameters.Negatives : Network.Items;
        var multiplications = places * parameters.Dimensions * (compared + MatricesPerBlock * (double)parameters.Blocks * parameters.Dimensions);
        return multiplications < WorthThreads ? 1 : most;
    }

    /// <summary>Learns from one batch. Returns its loss.</summary>
    public double Step(Batch batch, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        var loss = group is null ? Loss(batch) : ShareOfLoss(batch, group);
        loss.backward();
        double value = loss.item<float>();
        if (group is not null)
            value = group.Sum(Network.parameters(), value);
        Clipping.Clip(Network.parameters(), parameters.ClipNorm);
        optimizer.Step(learningRate);
        return value;
    }

    /// <summary>Tells the others what comes, and gives them the weights as they are.</summary>
    private void BeginTogether(Windows windows, PassCall call)
    {
        if (group is null)
            return;
        if (group.Leads)
        {
            if (!ReferenceEquals(taught, windows))
                group.Tell(Word.Lesson, lesson(windows).ToBytes());
            taught = windows;
            group.Tell(Word.Pass, System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<PassCall>(in call)));
        }
        using var scope = NewDisposeScope();
        using var steps = tensor(optimizer.Steps);
        group.Spread(steps);
        optimizer.Steps = steps.item<long>();
        foreach (var tensor in Network.parameters().Concat(optimizer.Moments.Select(moment => moment.Value)))
            group.Spread(tensor);
    }

    /// <summary>What this process's rows add to the batch's loss; nothing where another has the same rows.</summary>
    private Tensor ShareOfLoss(Batch batch, Group among)
    {
        var part = batch.Part(among.Rank, among.Size);
        var share = batch.Rows < among.Size && among.Rank >= batch.Rows ? 0 : part.Counts / Math.Max(Tiny, batch.Counts);
        using var scalar = share.ToScalar();
        return Loss(part).mul(scalar);
    }

    /// <summary>The mean over the positions that have a target, each with its weight.</summary>
    private Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var inputs = tensor(batch.Inputs, batch.Rows, batch.Columns).to(device); // (batch, time)
        var targets = tensor(batch.Targets).to(device); // (batch · time)
        var places = targets.nonzero().squeeze(1); // (targets)
        targets = targets.index_select(0, places);
        using var cast = Autocast.To(parameters.Precision == TrainingParameters.Bfloat16);
        var hidden = Network.forward(inputs).view(batch.Rows * batch.Columns, -1).index_select(0, places); // (targets, dim)
        var losses = objective.Of(hidden, targets, Network.Vectors); // (targets)
        if (distillation is not null)
            losses = distillation.Join(losses, hidden, distillation.Hidden(inputs, places), targets, Network.Vectors);
        if (batch.Weights is null)
            return losses.mean().MoveToOuterDisposeScope();
        var weights = tensor(batch.Weights).to(device).index_select(0, places);
        return (losses * weights).sum().div(weights.sum().clamp_min(Scalars.Of(Tiny))).MoveToOuterDisposeScope();
    }

    /// <summary>After the last pass: the network is then whole without its adapters.</summary>
    public void Merge() => adapters?.Merge();

    private void Freeze(string[] beginnings)
    {
        foreach (var beginning in beginnings)
        {
            var found = Network.named_parameters().Where(named => named.name.StartsWith(beginning, StringComparison.Ordinal)).ToList();
            if (found.Count == 0)
                throw new TrainingException($"'freeze' names '{beginning}', with which no weight of this {parameters.Architecture} begins. They are: {string.Join(", ", Network.named_parameters().Select(named => named.name))}.");
            found.ForEach(named => named.parameter.requires_grad = false);
        }
        if (!Network.parameters().Any(parameter => parameter.requires_grad))
            throw new TrainingException("'freeze' leaves nothing to learn. Name fewer weights, or deploy the model that there is.");
    }

    public Dictionary<string, float[]> Weights() => Network.named_parameters().ToDictionary(named => named.name, named => Values(named.parameter));

    public void Restore(IReadOnlyDictionary<string, float[]> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        foreach (var (name, parameter) in Network.named_parameters())
            Fill(parameter, weights[name]);
    }

    public (long Steps, Dictionary<string, float[]> Values) Moments() =>
        (optimizer.Steps, optimizer.Moments.ToDictionary(moment => moment.Name, moment => Values(moment.Value)));

    public void RestoreMoments(long steps, IReadOnlyDictionary<string, float[]> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        optimizer.Steps = steps;
        foreach (var (name, moment) in optimizer.Moments)
            Fill(moment, values[name]);
    }

    private static float[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().cpu().contiguous().data<float>().ToArray();
    }

    private static void Fill(Tensor tensor, float[] values)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        tensor.copy_(torch.tensor(values).view(tensor.shape));
    }

    public void Dispose()
    {
        optimizer.Dispose();
        Network.Dispose();
    }
}
