namespace ModelOps.Features.Text.Linear;

/// <summary>Texts in, a score for each class out. Lies in one binary file. Many threads may ask.</summary>
public sealed class LinearClassifier(TextVectorizer vectorizer, LinearWeights weights)
{
    private const uint Magic = 0x314C5458; // "XTL1"

    public int Classes => weights.Classes;

    public int Terms => vectorizer.Count;

    /// <summary>Learns the terms of the texts and the weights of the terms.</summary>
    /// <param name="labels">The class of each text, 0 to <paramref name="classes"/> − 1.</param>
    public static LinearClassifier Train(IReadOnlyList<string> texts, IReadOnlyList<int> labels, int classes, TermSettings terms, SvmSettings settings)
    {
        var vectorizer = TextVectorizer.Fit(texts, terms);
        return new LinearClassifier(vectorizer, LinearSvm.Train(SparseRows.Of(vectorizer, texts), labels, classes, settings));
    }

    /// <param name="vector">Scratch memory, and afterwards the text's terms.</param>
    /// <param name="scores">(classes), overwritten.</param>
    public void Score(string text, TermVector vector, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(vector);
        vectorizer.Vectorize(text, vector);
        weights.Score(vector.Columns, vector.Values, scores);
    }

    public void Write(string path)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(Magic);
        vectorizer.Write(writer);
        weights.Write(writer);
    }

    /// <exception cref="InvalidDataException">The file is no text classifier, or was cut off.</exception>
    public static LinearClassifier Read(string path)
    {
        using var reader = new BinaryReader(new BufferedStream(File.OpenRead(path), 1 << 20));
        try
        {
            if (reader.ReadUInt32() != Magic)
                throw new InvalidDataException($"{Path.GetFileName(path)} is no text classifier.");
            var vectorizer = TextVectorizer.Read(reader);
            return new LinearClassifier(vectorizer, LinearWeights.Read(reader, vectorizer.Count));
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException($"{Path.GetFileName(path)} ends too early. Train and register the model again.", exception);
        }
    }
}
