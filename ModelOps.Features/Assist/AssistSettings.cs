using System.Text.Json;

namespace ModelOps.Features.Assist;

/// <summary>How a package judges messages: <c>assist.json</c>, which makes a package of a message classifier.</summary>
/// <param name="Intents">In the order of the scores.</param>
/// <param name="Buckets">Of the encoder.</param>
/// <param name="Blend">What the network's log-probabilities count beside the linear scores; 0 without a network.</param>
/// <param name="Sharpness">Of the scores, so that a confidence of .8 is right in 8 of 10 cases (Guo et al. 2017, temperature scaling; this is 1 / temperature).</param>
/// <param name="Scope">Tells messages that are about something else.</param>
public sealed record AssistSettings(IReadOnlyList<string> Intents, int Buckets, float Blend, float Sharpness, ScopeRule Scope)
{
    /// <exception cref="InvalidDataException">The file does not describe a message classifier.</exception>
    public static async Task<AssistSettings> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        await using var file = File.OpenRead(path);
        try
        {
            if (await JsonSerializer.DeserializeAsync<AssistSettings>(file, PackageJson.Indented, cancellationToken) is { Intents.Count: > 0, Buckets: > 1, Sharpness: > 0, Scope.Weights.Count: ScopeRule.Signs } settings)
                return settings;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{PackageFiles.Assist} is not valid: {exception.Message} Train and register the model again.", exception);
        }
        throw new InvalidDataException($"{PackageFiles.Assist} must have 'intents', 'buckets', 'sharpness' and 'scope'. Train and register the model again.");
    }

    public async Task WriteAsync(string path)
    {
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, this, PackageJson.Indented);
    }
}

/// <summary>A logistic rule over what a classifier's scores look like.</summary>
/// <param name="Weights">(<see cref="Signs"/>) of the signs that <see cref="MessageClassifier"/> reads.</param>
/// <param name="Threshold">From this probability on, a message is out of scope.</param>
public sealed record ScopeRule(IReadOnlyList<double> Weights, double Bias, double Threshold)
{
    public const int Signs = 6;

    /// <summary>What <see cref="MessageClassifier.Read"/> reads, in its order.</summary>
    public static IReadOnlyList<string> Names { get; } = ["best", "gap", "known", "network best", "network entropy", "network of best"];

    public double Probability(ReadOnlySpan<double> signs)
    {
        var sum = Bias;
        for (var i = 0; i < signs.Length; i++)
            sum += Weights[i] * signs[i];
        return 1 / (1 + Math.Exp(-sum));
    }
}
