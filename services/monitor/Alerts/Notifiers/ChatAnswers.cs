using System.Text.Json;

namespace ModelOps.Monitor.Alerts.Notifiers;

/// <summary>DingTalk, WeCom and Feishu answer 200 to everything; whether the message was taken stands in the body.</summary>
internal static class ChatAnswers
{
    /// <param name="code">The key of the number that is 0 where all is well.</param>
    /// <exception cref="DeliveryException">The robot refused the message.</exception>
    public static void RequireZero(this JsonElement? answer, string code, string service)
    {
        if (answer is { ValueKind: JsonValueKind.Object } body && body.TryGetProperty(code, out var number) && number.ValueKind == JsonValueKind.Number && number.GetInt64() == 0)
            return;
        throw new DeliveryException($"{service} refused the message: {OutgoingHttp.Quoted(answer?.ToString() ?? "the answer is no JSON")}");
    }
}
