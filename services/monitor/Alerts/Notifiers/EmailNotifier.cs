using MailKit;
using MailKit.Net.Smtp;
using Microsoft.Extensions.Options;
using MimeKit;

namespace ModelOps.Monitor.Alerts.Notifiers;

/// <summary>Mail through the deployment's server (<c>Alerts:Smtp</c>), to all addresses in one go. The Message-ID is the same in every attempt: mailboxes drop the second.</summary>
internal sealed class EmailNotifier(IOptions<AlertOptions> options) : INotifier
{
    public const string Name = "email";

    public static readonly ChannelKeys Keys = new([ChannelKeys.To], []);

    public string Kind => Name;

    public async Task SendAsync(Outgoing outgoing, CancellationToken cancellationToken)
    {
        var smtp = options.Value.Smtp;
        if (smtp.Host is null)
            throw new DeliveryException("There is no mail server. Set Alerts__Smtp__Host for the monitor service.");
        using var mail = new MimeMessage { Subject = outgoing.Message.Title, MessageId = $"{outgoing.Id}@modelops", Date = outgoing.Now, Body = new TextPart("plain") { Text = outgoing.Message.Text() } };
        try
        {
            mail.From.Add(MailboxAddress.Parse(smtp.From));
            mail.To.AddRange(outgoing.Channel.To.Select(MailboxAddress.Parse));
            using var client = new SmtpClient { Timeout = 20_000 };
            await client.ConnectAsync(smtp.Host, smtp.Port, smtp.Security, cancellationToken);
            if (smtp.User is not null)
                await client.AuthenticateAsync(smtp.User, smtp.Password ?? "", cancellationToken);
            await client.SendAsync(mail, cancellationToken);
            await client.DisconnectAsync(quit: true, CancellationToken.None);
        }
        catch (Exception exception) when (exception is ProtocolException or CommandException or IOException or System.Net.Sockets.SocketException or ParseException or MailKit.Security.AuthenticationException or MailKit.Security.SslHandshakeException or TimeoutException)
        {
            throw new DeliveryException($"{smtp.Host} did not take the mail: {exception.Message}", cause: exception);
        }
    }
}
