// van den Oord, Li, Vinyals: Representation Learning with Contrastive Predictive Coding. 2018, https://arxiv.org/abs/1807.03748 (InfoNCE);
// Radford et al.: Learning Transferable Visual Models From Natural Language Supervision. ICML 2021, https://arxiv.org/abs/2103.00020
// (pictures with their titles); Khosla et al.: Supervised Contrastive Learning. NeurIPS 2020, https://arxiv.org/abs/2004.11362 (several
// pictures of one title); Chen et al.: SimCLR. ICML 2020, https://arxiv.org/abs/2002.05709 (views, and the head that is thrown away)
using System.Diagnostics;
using ModelOps.Pictures;
using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Optimizers;
using ModelOps.Trainer.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Pictures;

/// <summary>Trains a <see cref="PictureNetwork"/>: a picture comes near its title and its other views, and goes away from those of the batch's other products.</summary>
/// <param name="report">Gets the pass from 1, its mean loss in nats, and its seconds.</param>
public sealed class ContrastiveTraining(PictureSettings settings, PictureParameters parameters, Action<int, double, double>? report = null)
{
    private const double WeightDecay = 1e-3;
    private const int WarmupSteps = 50;

    /// <summary>Views alone have to be told apart by parts of what they show; a title is of the whole of it.</summary>
    private const double Nearest = .65, NearestOfTitled = .85;

    /// <summary>What a row is kept from: its likeness to itself.</summary>
    private const double Never = -1e9;

    /// <exception cref="TrainingException">There is nothing to learn from.</exception>
    public PictureNetwork Train(PictureSet pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        var hasTitles = parameters.TitleWeight > 0 && pictures.Titles.Any(title => title is not null);
        if (!hasTitles && parameters.ViewWeight == 0)
            throw new TrainingException("Nothing says what is alike: no product has a title, or titleWeight is 0, and viewWeight is 0. Upload titles, or give viewWeight 1.");
        random.manual_seed(parameters.Seed);
        var network = new PictureNetwork(settings, parameters.Width);
        using var titles = new TitleTower(settings.Dimensions);
        using var views = nn.Sequential(nn.Linear(settings.Dimensions, settings.Dimensions), nn.ReLU(), nn.Linear(settings.Dimensions, settings.Dimensions));
        var learned = new Texts.Part(("network", network), ("titles", titles), ("views", views)); // not disposed of: it would take the network along
        using var optimizer = new Optimizers.AdamW(learned, WeightDecay);
        var augmentation = new Augmentation(parameters.Seed, hasTitles ? NearestOfTitled : Nearest);
        var (rows, shuffling, partners) = (Enumerable.Range(0, pictures.Count).ToArray(), new Random(parameters.Seed), PartnersOf(pictures));
        var schedule = new Schedule("cosine", WarmupSteps, 1);
        var (started, step, done) = (Stopwatch.GetTimestamp(), 0, 0.0);
        network.train();
        for (var pass = 1; pass <= parameters.Passes && done < 1; pass++)
        {
            var (loss, batches, passStarted) = (0.0, rows.Length / parameters.BatchSize + (rows.Length % parameters.BatchSize > 1 ? 1 : 0), Stopwatch.GetTimestamp());
            shuffling.Shuffle(rows);
            foreach (var (number, batch) in rows.Chunk(parameters.BatchSize).Take(batches).Index())
            {
                using var scope = NewDisposeScope();
                var lost = Loss(pictures, batch, network, titles, views, hasTitles, augmentation, partners, shuffling);
                lost.backward();
                optimizer.Step(parameters.LearningRate * schedule.ShareAt(step++, done, 0));
                loss += lost.item<float>() / batches;
                done = Math.Max((pass - 1 + ((number + 1.0) / batches)) / parameters.Passes, Stopwatch.GetElapsedTime(started).TotalSeconds / parameters.MostSeconds);
                if (done >= 1)
                    break;
            }
            report?.Invoke(pass, loss, Stopwatch.GetElapsedTime(passStarted).TotalSeconds);
        }
        network.eval();
        return network;
    }

    private Tensor Loss(PictureSet pictures, int[] batch, PictureNetwork network, TitleTower titles, Sequential views, bool hasTitles, Augmentation augmentation, List<int>[] partners, Random chance)
    {
        Tensor Seen(IEnumerable<int> rows) => PictureTensors.Normalised(augmentation.Of(PictureTensors.Of([.. rows.Select(row => pictures.Planes[row])], settings.Side)), settings);
        var hasViews = parameters.ViewWeight > 0;
        var others = batch.Select(row => partners[row].Count > 0 && chance.NextDouble() < parameters.PairShare ? partners[row][chance.Next(partners[row].Count)] : row);
        var vectors = network.call(hasViews ? cat([Seen(batch), Seen(others)]) : Seen(batch)); // (batch or twice that, dim)
        Tensor? loss = null;
        if (hasTitles && TitleLoss(vectors, [.. batch.Select(row => pictures.Titles[row])], titles) is { } byTitles)
            loss = byTitles.mul(Scalars.Of(parameters.TitleWeight));
        if (hasViews && ViewLoss(PictureNetwork.ToLengthOne(views.call(vectors))).mul(Scalars.Of(parameters.ViewWeight)) is { } byViews)
            loss = loss is null ? byViews : loss.Plus(byViews);
        return loss ?? vectors.sum().mul(Scalars.Of(0)); // a batch without a title teaches nothing
    }

    /// <summary>Each picture finds its title among the batch's, and each title its pictures. Null where no product of the batch has one.</summary>
    private Tensor? TitleLoss(Tensor vectors, string?[] titles, TitleTower tower)
    {
        long[] named = [.. titles.Index().Where(title => title.Item is not null).Select(title => (long)title.Index)];
        if (named.Length == 0)
            return null;
        string[] different = [.. titles.OfType<string>().Distinct(StringComparer.Ordinal)];
        var place = different.Index().ToDictionary(title => title.Item, title => (long)title.Index, StringComparer.Ordinal);
        long[] right = [.. named.Select(row => place[titles[row]!])];
        var scores = vectors.index_select(0, tensor(named)).mm(tower.Of(different).t()).div(Scalars.Of(parameters.Temperature)); // (named, different)
        var belongs = zeros(named.Length, different.Length).scatter(1, tensor(right).unsqueeze(1), ones(named.Length, 1));
        var found = (nn.functional.log_softmax(scores, 0) * belongs).sum(dim: 0) / belongs.sum(dim: 0); // (different)
        return nn.functional.cross_entropy(scores, tensor(right)) - found.mean();
    }

    /// <summary>NT-Xent: each view finds its other one among all of the batch's.</summary>
    private Tensor ViewLoss(Tensor vectors)
    {
        var rows = vectors.shape[0];
        var scores = vectors.mm(vectors.t()).div(Scalars.Of(parameters.Temperature)); // (2 · batch, 2 · batch)
        scores = scores.masked_fill(eye(rows, rows, ScalarType.Bool), Scalars.Of(Never));
        var others = cat([arange(rows / 2, rows, ScalarType.Int64), arange(0, rows / 2, ScalarType.Int64)]);
        return nn.functional.cross_entropy(scores, others);
    }

    private static List<int>[] PartnersOf(PictureSet pictures)
    {
        List<int>[] partners = [.. Enumerable.Range(0, pictures.Count).Select(_ => new List<int>())];
        foreach (var (one, other) in pictures.Pairs)
        {
            partners[one].Add(other);
            partners[other].Add(one);
        }
        return partners;
    }
}
