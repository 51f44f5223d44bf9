namespace ModelOps.Monitor.Alerts.Notifiers;

/// <summary>Every kind of channel, with the keys that it takes.</summary>
internal static class NotifierList
{
    public static readonly IReadOnlyDictionary<string, ChannelKeys> Kinds = new Dictionary<string, ChannelKeys>
    {
        [EmailNotifier.Name] = EmailNotifier.Keys,
        [WebhookNotifier.Name] = WebhookNotifier.Keys,
        [SlackNotifier.Name] = SlackNotifier.Keys,
        [DingTalkNotifier.Name] = DingTalkNotifier.Keys,
        [WeComNotifier.Name] = WeComNotifier.Keys,
        [FeishuNotifier.Name] = FeishuNotifier.Keys,
        [SmsNotifier.Name] = SmsNotifier.Keys,
        [AlibabaSmsNotifier.Name] = AlibabaSmsNotifier.Keys,
    };

    public static IServiceCollection AddNotifiers(this IServiceCollection services) => services
        .AddSingleton<OutgoingHttp>()
        .AddSingleton<INotifier, EmailNotifier>()
        .AddSingleton<INotifier, WebhookNotifier>()
        .AddSingleton<INotifier, SlackNotifier>()
        .AddSingleton<INotifier, DingTalkNotifier>()
        .AddSingleton<INotifier, WeComNotifier>()
        .AddSingleton<INotifier, FeishuNotifier>()
        .AddSingleton<INotifier, SmsNotifier>()
        .AddSingleton<INotifier, AlibabaSmsNotifier>();
}
