using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ModelOps.Trainer.Applications;
using ModelOps.Trainer.Compression;
using ModelOps.Trainer.Search;

namespace ModelOps.Trainer.Training;

/// <summary>Everything about a training that can be chosen. The defaults are those of the profile <c>best</c>.</summary>
public sealed record TrainingParameters
{
    public const string Imported = "imported";
    public const string Auto = "auto";
    public const string Scratch = "scratch";
    public const string Bfloat16 = "bfloat16";

    /// <summary><c>fast</c> for a demonstration or a daily refresh in about a minute, <c>best</c> for quality.</summary>
    [AllowedValues("fast", "best")] public string Profile { get; init; } = "fast";

    /// <summary>A network that learns, or a model that counts; see the files in Architectures.</summary>
    [AllowedValues("sasrec", "ligr", "hstu", "popularity", "item-knn", "session-knn", "content-knn", Imported)] public string Architecture { get; init; } = "sasrec";

    /// <summary>For <c>imported</c>: the id of the import, see <c>/v1/imports</c>.</summary>
    public string? Checkpoint { get; init; }

    /// <summary><c>auto</c> adds the scores of the models that count, as far as they help on validation; <c>none</c> deploys the architecture alone.</summary>
    [AllowedValues("auto", "none")] public string Fuse { get; init; } = "auto";

    /// <summary>Items of a history that the model looks at.</summary>
    [Range(2, 1000)] public int Length { get; init; } = 50;

    [Range(4, 1024)] public int Dimensions { get; init; } = 64;

    [Range(1, 12)] public int Blocks { get; init; } = 1;

    /// <summary>Must divide <see cref="Dimensions"/>.</summary>
    [Range(1, 16)] public int Heads { get; init; } = 1;

    [Range(0, 0.9)] public double Dropout { get; init; } = 0.2;

    /// <summary><c>auto</c> joins brand, category, words and price to an item's vector where the catalogue describes half of the items or more.</summary>
    [AllowedValues("auto", "none")] public string ItemFeatures { get; init; } = "auto";

    /// <summary>
    /// A registered model of pictures, its champion or, as in <c>pictures:3</c>, a version: the vector of an item's picture joins its own, so
    /// that a new product has one before its first click. A run keeps the version that it was accepted with.
    /// </summary>
    [RegularExpression(ModelReference.Pattern)] public string? Pictures { get; init; }

    /// <summary>
    /// <c>full</c> compares the target with every item, <c>sampled</c> with <see cref="Negatives"/>, <c>in-batch</c> with the batch's
    /// other targets; <c>bce</c> is gSASRec's. <c>auto</c> is full up to 4,000 items, else sampled.
    /// </summary>
    [AllowedValues("auto", "sampled", "full", "in-batch", "bce")] public string Loss { get; init; } = "auto";

    /// <summary>Items that a batch shares as negatives.</summary>
    [Range(1, 100_000)] public int Negatives { get; init; } = 256;

    /// <summary>Power of an item's share by which negatives are drawn, corrected in the loss (logQ): 0 is uniform, 1 as often as they occur.</summary>
    [Range(0, 1)] public double NegativePopularity { get; init; }

    /// <summary>Of <c>bce</c>, gSASRec's t: 1 undoes what sampling does to the scores, 0 leaves it.</summary>
    [Range(0, 1)] public double Calibration { get; init; } = 0.75;

    /// <summary>Histories a step.</summary>
    [Range(1, 4096)] public int BatchSize { get; init; } = 128;

    [AllowedValues("adamw", "sgd")] public string Optimizer { get; init; } = "adamw";

    [Range(1e-6, 1)] public double LearningRate { get; init; } = 1e-3;

    /// <summary>Share of each parameter that a step at learning rate 1 would take away.</summary>
    [Range(0, 10)] public double WeightDecay { get; init; }

    /// <summary><c>cosine</c> falls to 0 over <see cref="Epochs"/>, <c>plateau</c> is halved when validation stands still.</summary>
    [AllowedValues("constant", "cosine", "plateau")] public string Schedule { get; init; } = "constant";

    /// <summary>Steps over which the learning rate rises from 0.</summary>
    [Range(0, 1_000_000)] public int WarmupSteps { get; init; }

    /// <summary>Gradients are shortened to this length.</summary>
    [Range(0.01, 1000)] public double ClipNorm { get; init; } = 5;

    /// <summary>The most passes over the data.</summary>
    [Range(1, 10_000)] public int Epochs { get; init; } = 80;

    /// <summary>Passes without a better validation NDCG@10 before training stops.</summary>
    [Range(1, 1000)] public int Patience { get; init; } = 8;

    /// <summary>Shoppers that each validation ranks for, drawn once; all when there are fewer.</summary>
    [Range(1, 10_000_000)] public int ValidationUsers { get; init; } = 20_000;

    /// <summary>Shoppers on whom the settings of the models that count are chosen.</summary>
    [Range(1, 10_000_000)] public int TuningUsers { get; init; } = 6000;

    /// <summary>How often each of those settings is tried over; 0 takes the defaults.</summary>
    [Range(0, 10)] public int TuningRounds { get; init; } = 2;

    /// <summary>
    /// <c>scratch</c> trains anew with the number of passes that validation chose, <c>warm</c> goes on for a quarter of it;
    /// <c>none</c> deploys the model that was tested.
    /// </summary>
    [AllowedValues("scratch", "warm", "none")] public string Refit { get; init; } = "scratch";

    /// <summary>
    /// <c>auto</c> deploys the smallest variant of the graph that loses no more than <see cref="MostLoss"/>; <c>all</c> also tries smaller
    /// networks, which must learn first; a name tries that one alone.
    /// </summary>
    [AllowedValues(Auto, "all", "none", "fp16", "int8", "pruned", "distilled")] public string Compression { get; init; } = Auto;

    /// <summary>Of NDCG@10, relative, that a compressed graph may lose.</summary>
    [Range(0, 1)] public double MostLoss { get; init; } = 0.01;

    /// <summary>Share of the blocks that <c>pruned</c> takes out, the least important first; one stays.</summary>
    [Range(0, 1)] public double PruneBlocks { get; init; } = 0.5;

    /// <summary>Share of the attention heads that <c>pruned</c> takes out, the least important first; one of each block stays.</summary>
    [Range(0, 1)] public double PruneHeads { get; init; } = 0.5;

    /// <summary>Width of the network that <c>distilled</c> makes; absent, half of <see cref="Dimensions"/>.</summary>
    [Range(1, 1024)] public int? StudentDimensions { get; init; }

    /// <summary>Depth of the network that <c>distilled</c> makes; absent, half of <see cref="Blocks"/>.</summary>
    [Range(1, 12)] public int? StudentBlocks { get; init; }

    /// <summary>Scores are divided by this before a student is compared with its teacher: above 1, what is less likely counts more.</summary>
    [Range(0.1, 100)] public double Temperature { get; init; } = 2;

    /// <summary>Of a student's loss: the part that compares it with its teacher. The rest compares it with what came next.</summary>
    [Range(0, 1)] public double TeacherShare { get; init; } = 0.5;

    /// <summary><c>auto</c> adds an index of the items to the package where there are <see cref="IndexFrom"/> or more; <c>none</c> scores them all for every answer.</summary>
    [AllowedValues(Auto, "none")] public string Index { get; init; } = Auto;

    /// <summary>Items from which on an index answers sooner than scoring all.</summary>
    [Range(1, int.MaxValue)] public int IndexFrom { get; init; } = 100_000;

    /// <summary>Of the first hundred items that the exact graph ranks, the share that an index must find to be in the package; the mean over real histories.</summary>
    [Range(0.5, 1)] public double IndexRecall { get; init; } = 0.99;

    /// <summary>
    /// <c>scratch</c>, or an alias of the model such as <c>champion</c>: the network begins with its weights and learns what is new. Where
    /// there is no such version yet, or too little is new to measure it, from scratch.
    /// </summary>
    [RegularExpression("[a-z][a-z0-9_-]{0,63}")] public string Start { get; init; } = Scratch;

    /// <summary>Beginnings of the names of weights that stay as they are, such as <c>items</c> or <c>blocks</c>.</summary>
    public string[]? Freeze { get; init; }

    /// <summary>Above 0 dense layers stay as they are, and two thin matrices of this rank learn beside each (LoRA).</summary>
    [Range(0, 256)] public int LoraRank { get; init; }

    [Range(0, int.MaxValue)] public int Seed { get; init; } = 42;

    /// <summary><c>auto</c> is next-period where timestamps are real, else leave-one-out.</summary>
    [AllowedValues("auto", "leave-one-out", "leave-one-out-strict", "next-period", "new-sessions")] public string Protocol { get; init; } = "auto";

    /// <summary>The test period of next-period; shorter where it would be over a tenth of the data's span.</summary>
    [Range(1, 366)] public int PeriodDays { get; init; } = 30;

    /// <summary>Where the test of next-period or new-sessions begins; else so that it ends with the data.</summary>
    public DateTime? TestFrom { get; init; }

    /// <summary><c>auto</c> recommends seen items again where more than a tenth of the validation targets are seen ones.</summary>
    [AllowedValues("auto", "true", "false")] public string ExcludeSeen { get; init; } = "auto";

    /// <summary>Events that feed the histories; else view_item, add_to_cart and purchase, as far as they occur.</summary>
    public string[]? Events { get; init; }

    /// <summary>Events that are predicted and counted; else purchase, if it occurs.</summary>
    public string[]? TargetEvents { get; init; }

    /// <summary>
    /// Values to search before the training, by parameter: a list, or <c>{"min", "max", "scale": "linear|log"}</c>. The training then has
    /// the best of what was tried.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement>? Search { get; init; }

    /// <summary>How long is searched. What is tried at the end counts as far as it came.</summary>
    [Range(0.01, 100_000)] public double SearchMinutes { get; init; } = 20;

    /// <summary>Passes after which a new trial is compared with the others.</summary>
    [Range(1, 1000)] public int SearchPasses { get; init; } = 2;

    /// <summary>One of so many trials goes on, with so many times the passes.</summary>
    [Range(2, 20)] public int SearchReduction { get; init; } = 3;

    /// <summary>Trials side by side, as far as there are trainers.</summary>
    [Range(1, 64)] public int SearchWidth { get; init; } = 4;

    /// <summary>What an event counts as a target of learning, by its name, such as <c>{"view_item": 0.2}</c>; 1 where it is not named. 0 leaves it in the histories alone.</summary>
    public IReadOnlyDictionary<string, double>? EventWeights { get; init; }

    /// <summary>A target this many days older than the newest counts half in learning; absent, age does not matter.</summary>
    [Range(0.01, 100_000)] public double? HalfLifeDays { get; init; }

    /// <summary><c>bfloat16</c>: matrix products of the training in bfloat16, over weights and sums in float32. What is exported is float32.</summary>
    [AllowedValues("float32", Bfloat16)] public string Precision { get; init; } = "float32";

    [AllowedValues("auto", "cpu", "cuda")] public string Device { get; init; } = "auto";

    /// <summary>Processes that train the network together: each takes its share of every batch. More than one needs Open MPI.</summary>
    [Range(1, 64)] public int Workers { get; init; } = 1;

    /// <summary>Machines that share them with the trainer's own: names that ssh reaches without a password, with the trainer at the same path.</summary>
    public string[]? Hosts { get; init; }

    private static readonly TrainingParameters Best = new() { Profile = "best" };

    private static readonly TrainingParameters Fast = new() { Profile = "fast", Epochs = 20, Patience = 3, ValidationUsers = 3000, TuningUsers = 1500, TuningRounds = 1, Refit = "warm", LearningRate = 2e-3 };

    public static IReadOnlyList<string> Names { get; } = ParameterRecord.NamesOf<TrainingParameters>();

    /// <summary>Lays <paramref name="given"/> over the profile it names. Reports every error, by parameter.</summary>
    public static TrainingParameters? Parse(IReadOnlyDictionary<string, JsonElement>? given, out Dictionary<string, string[]> errors)
    {
        var isBest = given is not null && given.TryGetValue("profile", out var named) && named.ValueEquals("best"u8);
        var parameters = ParameterRecord.Read(given, isBest ? Best : Fast, out errors);
        parameters.AddErrors(errors);
        return errors.Count == 0 ? parameters : null;
    }

    /// <summary>Forms of a graph that are tried.</summary>
    internal IReadOnlyList<IVariant> Variants => [.. Variant.All.Where(variant => Compression is Auto or "all" || Compression == variant.Name)];

    /// <summary>Smaller networks that are tried.</summary>
    internal IReadOnlyList<ISmallerNetwork> SmallerNetworks => Architectures.Architecture.Networks.ContainsKey(Architecture)
        ? [.. SmallerNetwork.All.Where(way => (Compression == "all" && way.Refuses(this) is null) || Compression == way.Name)]
        : [];

    public IReadOnlyDictionary<string, JsonElement> ToDictionary() => ParameterRecord.ToDictionary(this);

    /// <summary>What no property can tell alone.</summary>
    private void AddErrors(Dictionary<string, string[]> errors)
    {
        if ((Architecture == Imported) != (Checkpoint is not null))
            errors.TryAdd("checkpoint", [$"'checkpoint' and the architecture '{Imported}' need each other. Give the id that POST /v1/imports answered with."]);
        if (Search is not null)
        {
            SearchSpace.Of(ToDictionary(), out var wrong);
            if (wrong.Count > 0)
                errors.TryAdd("search", [.. wrong]);
            if (!Architectures.Architecture.Networks.ContainsKey(Architecture))
                errors.TryAdd("search", [$"'{Architecture}' does not learn in passes and tunes itself. Search the parameters of a network: {string.Join(", ", Architectures.Architecture.Networks.Keys)}."]);
        }
        if (Pictures is not null && !Architectures.Architecture.Networks.ContainsKey(Architecture))
            errors.TryAdd("pictures", [$"'{Architecture}' has no vectors of items that pictures could join. Take a network: {string.Join(", ", Architectures.Architecture.Networks.Keys)}."]);
        if (EventWeights is { } weights && (weights.Values.Any(weight => weight is < 0 or > 1000 || double.IsNaN(weight)) || weights.Values.All(weight => weight == 0)))
            errors.TryAdd("eventWeights", ["Give each event a weight from 0 to 1000, and one of them more than 0."]);
        if (Hosts is not null && Hosts.Length >= Workers)
            errors.TryAdd("hosts", [$"The trainer's own machine and {Hosts.Length} more for {Workers} worker{(Workers == 1 ? "" : "s")}. Set 'workers' to {Hosts.Length + 1} or more, or name fewer hosts."]);
        if (Hosts?.FirstOrDefault(host => Uri.CheckHostName(host) == UriHostNameType.Unknown || host.StartsWith('-')) is { } strange)
            errors.TryAdd("hosts", [$"'{strange}' is no host's name. Give names or addresses as ssh takes them, without user or port."]);
        AddCompressionErrors(errors);
        if (Dimensions % Heads != 0)
            errors.TryAdd("heads", [$"{Heads} heads cannot share {Dimensions} dimensions evenly. Take heads that divide dimensions."]);
    }

    private void AddCompressionErrors(Dictionary<string, string[]> errors)
    {
        if (SmallerNetwork.All.FirstOrDefault(way => way.Name == Compression) is { } named)
        {
            if (!Architectures.Architecture.Networks.ContainsKey(Architecture))
                errors.TryAdd("compression", [$"'{Architecture}' is no network that learns here, so there is nothing to make smaller. Take {string.Join(", ", Architectures.Architecture.Networks.Keys)}, or another compression."]);
            else if (named.Refuses(this) is { } reason)
                errors.TryAdd("compression", [reason]);
        }
        if (LoraRank > 0 && Precision == Bfloat16)
            errors.TryAdd("precision", ["'loraRank' learns in float32. Leave out one of the two."]);
        if (LoraRank > 0 && (SmallerNetworks.Count > 0 || Compression == "all"))
            errors.TryAdd("compression", [$"'{Compression}' makes smaller networks, all of whose weights learn; with 'loraRank' they do not. Take one of the two, or compression: auto."]);
    }
}
