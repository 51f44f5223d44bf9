using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ModelOps.Contracts.Clients;

/// <summary>The header <c>Idempotency-Key</c>: a call that creates something, repeated with the same key, creates it once.</summary>
public readonly record struct IdempotencyKey(string? Value)
{
    public const string Header = "Idempotency-Key";

    /// <summary>Lets an endpoint take the key as a parameter.</summary>
    public static ValueTask<IdempotencyKey> BindAsync(HttpContext context) =>
        ValueTask.FromResult(new IdempotencyKey(context.Request.Headers[Header].ToString() is { Length: > 0 } value ? value : null));

    /// <summary>The id of what the call creates: the same for the same key of the same store, a new one without a key.</summary>
    public Guid ToId(StoreId store, string scope) =>
        Value is null ? Guid.CreateVersion7() : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{store.Value}\n{scope}\n{Value}")).AsSpan(0, 16));
}
