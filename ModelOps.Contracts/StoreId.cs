using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace ModelOps.Contracts;

/// <summary>Which shop. It comes from the API key (the claim <c>store</c>), never from a request's body.</summary>
[JsonConverter(typeof(StoreIdConverter))]
public readonly record struct StoreId(string Value)
{
    public const string Claim = "store";

    /// <summary>The store of a call without a key in Development.</summary>
    public static StoreId Main { get; } = new("main");

    public override string ToString() => Value;

    /// <summary>Lets an endpoint take its caller's store as a parameter.</summary>
    public static ValueTask<StoreId> BindAsync(HttpContext context) =>
        ValueTask.FromResult(new StoreId(context.User.FindFirst(Claim)?.Value ?? throw new BadHttpRequestException("The call carries no store.", StatusCodes.Status401Unauthorized)));

    private sealed class StoreIdConverter : JsonConverter<StoreId>
    {
        public override StoreId Read(ref System.Text.Json.Utf8JsonReader reader, Type typeToConvert, System.Text.Json.JsonSerializerOptions options) => new(reader.GetString()!);

        public override void Write(System.Text.Json.Utf8JsonWriter writer, StoreId value, System.Text.Json.JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
    }
}
