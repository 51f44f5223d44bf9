using System.Text.Json;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using StackExchange.Redis;

namespace ModelOps.Inference.Assist;

/// <summary>Conversations in Redis, for as long as they go on. Without Redis each message stands alone.</summary>
internal sealed class Conversations(IConnectionMultiplexer redis, IOptions<AssistOptions> options, ILogger<Conversations> logger)
{
    private const int LongestId = 64;

    /// <returns>A new one where there is none of that name, or it is somebody else's.</returns>
    public async Task<Conversation> FindAsync(StoreId store, string? id, string? user)
    {
        if (!IsId(id))
            return Conversation.New(user);
        try
        {
            var kept = await redis.GetDatabase().StringGetAsync(Key(store, id!));
            return kept.HasValue && JsonSerializer.Deserialize<Conversation>((byte[])kept!) is { } found && found.User == user ? found : Conversation.New(user);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or JsonException)
        {
            logger.LogWarning("A conversation cannot be read: {Reason} The message stands alone", exception.Message);
            return Conversation.New(user);
        }
    }

    public async Task KeepAsync(StoreId store, Conversation conversation)
    {
        try
        {
            await redis.GetDatabase().StringSetAsync(Key(store, conversation.Id), JsonSerializer.SerializeToUtf8Bytes(conversation), TimeSpan.FromMinutes(options.Value.ConversationMinutes));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            logger.LogWarning("A conversation cannot be kept: {Reason} Its next message stands alone", exception.Message);
        }
    }

    private static bool IsId(string? id) => id is { Length: > 0 and <= LongestId } && id.All(char.IsAsciiLetterOrDigit);

    private static string Key(StoreId store, string id) => $"{store}:assist:{id}";
}
