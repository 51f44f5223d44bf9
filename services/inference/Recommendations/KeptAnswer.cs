using System.Buffers.Binary;
using System.Text.Json;
using ModelOps.Contracts.Predictions;

namespace ModelOps.Inference.Recommendations;

/// <summary>An answer as it lies in Redis: when it was made and of which state of the shopper, in 24 bytes before the JSON.</summary>
/// <param name="State">Of <see cref="AnswerCache"/>'s hash when the answer was begun.</param>
internal sealed record KeptAnswer(DateTimeOffset MadeAt, Guid State, List<RecommendedItem> Items)
{
    private const int StateAt = sizeof(long);
    private const int ItemsAt = StateAt + 16;

    public byte[] ToBytes()
    {
        var items = JsonSerializer.SerializeToUtf8Bytes(Items, JsonSerializerOptions.Web);
        var bytes = new byte[ItemsAt + items.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, MadeAt.ToUnixTimeMilliseconds());
        State.TryWriteBytes(bytes.AsSpan(StateAt));
        items.CopyTo(bytes, ItemsAt);
        return bytes;
    }

    public static KeptAnswer Of(ReadOnlySpan<byte> bytes) => new(
        DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(bytes)),
        new Guid(bytes[StateAt..ItemsAt]),
        JsonSerializer.Deserialize<List<RecommendedItem>>(bytes[ItemsAt..], JsonSerializerOptions.Web)!);
}
