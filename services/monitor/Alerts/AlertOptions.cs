using System.ComponentModel.DataAnnotations;
using System.Net;

namespace ModelOps.Monitor.Alerts;

/// <summary>The configuration section <c>Alerts</c>.</summary>
internal sealed class AlertOptions : IValidatableObject
{
    /// <summary>Seconds between two looks at the rules.</summary>
    [Range(1, 3600)] public double EvaluateSeconds { get; init; } = 15;

    /// <summary>Attempts before a delivery is given up.</summary>
    [Range(1, 100)] public int MaxAttempts { get; init; } = 12;

    /// <summary>Seconds before the second attempt; each further one waits twice as long, at most ten minutes.</summary>
    [Range(0.01, 600)] public double RetrySeconds { get; init; } = 5;

    /// <summary>Seconds after which a delivery whose sender has died is taken up by another; a sender gives up before that.</summary>
    [Range(30, 3600)] public double LeaseSeconds { get; init; } = 90;

    /// <summary>Days that resolved alerts, ended silences and the log of deliveries are kept.</summary>
    [Range(1, 3650)] public int KeepDays { get; init; } = 90;

    /// <summary>Networks such as <c>10.1.0.0/16</c> that messages may go to although they are not public, over plain http too. Outside of them only https to public addresses.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    /// <summary>Secrets that channels of the deployment's files name: <c>Alerts__Secrets__slack-url=…</c>.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>Secrets by store, for the channels of that store's own rules, and before <see cref="Secrets"/> for those of the files: <c>Alerts__StoreSecrets__main__slack-url=…</c>.</summary>
    public IReadOnlyDictionary<string, Dictionary<string, string>> StoreSecrets { get; init; } = new Dictionary<string, Dictionary<string, string>>();

    public SmtpOptions Smtp { get; init; } = new();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        AllowedNetworks.Where(network => !IPNetwork.TryParse(network, out _)).Select(network => new ValidationResult($"Alerts:AllowedNetworks has '{network}', which is no network such as 10.1.0.0/16."));
}

/// <summary>The mail server, <c>Alerts:Smtp</c>.</summary>
internal sealed class SmtpOptions
{
    /// <summary>Null: no mail can be sent.</summary>
    public string? Host { get; init; }

    public int Port { get; init; } = 587;

    /// <summary><c>StartTls</c>, <c>SslOnConnect</c>, or <c>None</c> for a server on the same machine.</summary>
    public MailKit.Security.SecureSocketOptions Security { get; init; } = MailKit.Security.SecureSocketOptions.StartTls;

    public string? User { get; init; }

    public string? Password { get; init; }

    public string From { get; init; } = "ModelOps <modelops@localhost>";
}
