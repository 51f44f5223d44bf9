namespace ModelOps.Features.Retrieval;

/// <summary>
/// The names of what goes into <c>user.onnx</c> and comes out: histories in, vectors out whose products with the items' are the scores
/// of <c>model.onnx</c>. The items' vectors are those of the index, handed over row by row, so that no file holds them twice.
/// </summary>
public static class UserGraph
{
    /// <summary>int64 [batch, length]: rows of <see cref="Vectors"/>, oldest to newest, padded with 0 on the left.</summary>
    public const string History = "history";

    /// <summary>float32 [rows, dimensions]: row 0 the padding's.</summary>
    public const string Vectors = "vectors";

    /// <summary>float32 [batch, dimensions].</summary>
    public const string Vector = "vector";
}
