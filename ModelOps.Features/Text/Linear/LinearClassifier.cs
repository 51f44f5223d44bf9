namespace ModelOps.Features.Text.Linear;

/// <summary>Texts in, a score for each class out. Lies in one binary file. Many threads may ask.</summary>
/// <param name="centroids">Null in packages from before there were any.</param>
public sealed class LinearClassifier(TextVectorizer vectorizer, LinearWeights weights, ClassCentroids? centroids = null)
{
    private const uint WithoutCentroids = 0x314C5458, Magic = 0x324C5458; // "XTL1", "XTL2"

    public int Classes => weights.Classes;

    public int Terms => vectorizer.Count;

    /// <summary>Learns the terms of the texts and the weights of the terms.</summary>
    /// <param name="labels">The class of each text, 0 to <paramref name="classes"/> − 1.</param>
    public static LinearClassifier Train(IReadOnlyList<string> texts, IReadOnlyList<int> labels, int classes, TermSettings terms, SvmSettings settings)
    {
        var vectorizer = TextVectorizer.Fit(texts, terms);
        var rows = SparseRows.Of(vectorizer, texts);
        return new LinearClassifier(vectorizer, LinearSvm.Train(rows, labels, classes, settings), ClassCentroids.Of(rows, labels, classes));
    }

    /// <param name="vector">Scratch memory, and afterwards the text's terms.</param>
    /// <param name="scores">(classes), overwritten.</param>
    public void Score(string text, TermVector vector, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(vector);
        vectorizer.Vectorize(text, vector);
        weights.Score(vector.Columns, vector.Values, scores);
    }

    /// <summary>How near a text that was just scored is to each class's mean.</summary>
    /// <param name="vector">As <see cref="Score"/> left it.</param>
    /// <param name="cosines">(classes), overwritten; zeros without means.</param>
    public void Near(TermVector vector, Span<float> cosines)
    {
        if (centroids is null)
            cosines.Clear();
        else
            centroids.Score(vector, cosines);
    }

    public void Write(string path)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(centroids is null ? WithoutCentroids : Magic);
        vectorizer.Write(writer);
        weights.Write(writer);
        centroids?.Write(writer);
    }

    /// <exception cref="InvalidDataException">The file is no text classifier, or was cut off.</exception>
    public static LinearClassifier Read(string path)
    {
        using var reader = new BinaryReader(new BufferedStream(File.OpenRead(path), 1 << 20));
        try
        {
            var magic = reader.ReadUInt32();
            if (magic is not (Magic or WithoutCentroids))
                throw new InvalidDataException($"{Path.GetFileName(path)} is no text classifier.");
            var vectorizer = TextVectorizer.Read(reader);
            var weights = LinearWeights.Read(reader, vectorizer.Count);
            return new LinearClassifier(vectorizer, weights, magic == Magic ? ClassCentroids.Read(reader, vectorizer.Count) : null);
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException($"{Path.GetFileName(path)} ends too early. Train and register the model again.", exception);
        }
    }
}
