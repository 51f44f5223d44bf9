using System.Numerics.Tensors;
using ModelOps.Features.Text.Tokenizers;
using ModelOps.Inference.Batching;

namespace ModelOps.Inference.Texts;

/// <summary>A text that a decoder goes on with, on its way: what it is, how the next tokens are chosen, and what has come.</summary>
/// <param name="prompt">Tokens.</param>
/// <param name="most">Tokens that may come.</param>
/// <param name="stops">Where one of them comes, the text ends before it.</param>
internal sealed class GenerateCall(Tokenizer tokenizer, IReadOnlyList<int> prompt, int most, Choosing choosing, IReadOnlyList<string> stops, CancellationToken cancellation) : BatchCall
{
    private readonly List<int> chosen = [];
    private readonly Random random = choosing.Seed is { } seed ? new Random(seed) : Random.Shared;

    public IReadOnlyList<int> Prompt => prompt;

    /// <summary>Tokens that came, the end's too.</summary>
    public int Count => chosen.Count;

    public string Text { get; private set; } = "";

    /// <summary>Whether it ended by itself, and not because it was long enough.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Takes the next token of the scores.</summary>
    /// <param name="scores">Of all tokens; they are changed.</param>
    /// <returns>Null where the text is done.</returns>
    public int? Next(Span<float> scores)
    {
        cancellation.ThrowIfCancellationRequested();
        var token = choosing.Choose(scores[..tokenizer.Tokens.Count], random);
        chosen.Add(token);
        if (token == tokenizer.Special.End)
            HasEnded = true;
        else
            Read();
        return HasEnded || chosen.Count >= most ? null : token;
    }

    private void Read()
    {
        var text = tokenizer.Decode(chosen);
        var at = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).Min();
        HasEnded = at >= 0;
        Text = (HasEnded ? text[..at] : text).TrimEnd('\uFFFD'); // the bytes of a character that has not come whole
    }
}

/// <summary>How a token is chosen.</summary>
/// <param name="Temperature">0 takes the likeliest; 1 as likely as the network says.</param>
/// <param name="TopP">Of the likeliest, so many that their chances add up to this.</param>
/// <param name="Seed">The same gives the same text.</param>
internal sealed record Choosing(double Temperature, double TopP, int? Seed)
{
    public int Choose(Span<float> scores, Random random)
    {
        if ((float)Temperature == 0)
            return TensorPrimitives.IndexOfMax<float>(scores);
        TensorPrimitives.Subtract(scores, TensorPrimitives.Max<float>(scores), scores); // a low temperature makes the others small, and nothing infinite
        TensorPrimitives.Divide(scores, (float)Temperature, scores);
        TensorPrimitives.SoftMax<float>(scores.ToArray(), scores);
        var order = Enumerable.Range(0, scores.Length).ToArray();
        var chances = scores.ToArray();
        Array.Sort(chances, order);
        var (kept, sum) = (0, 0.0);
        while (kept < order.Length && sum < TopP)
            sum += chances[^++kept];
        var drawn = random.NextDouble() * sum;
        for (var at = 1; at < kept; at++)
        {
            drawn -= chances[^at];
            if (drawn < 0)
                return order[^at];
        }
        return order[^kept];
    }
}
