using System.Net;
using System.Net.Sockets;

namespace ModelOps.ServiceDefaults.Outgoing;

/// <summary>
/// Connections to addresses that people write. A name that leads to a private address is refused where the connection is made (no second
/// look-up can lead elsewhere), redirects are not followed, and no trace sees a URL, which may be a secret.
/// </summary>
/// <param name="allowed">Networks that may be called although they are private, also over plain http.</param>
/// <param name="setting">The setting that lists them, for whoever reads the refusal.</param>
/// <param name="allowsPlainHttp">Whether public addresses may be called over plain http: for what everybody may see, such as pictures.</param>
public sealed class GuardedConnections(IReadOnlyList<IPNetwork> allowed, string setting, bool allowsPlainHttp = false)
{
    /// <summary>For one client; it disposes of it.</summary>
    public SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false, // a proxy would look the name up itself
        UseCookies = false,
        ActivityHeadersPropagator = null, // no spans, which carry URLs
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectCallback = ConnectAsync,
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var isPlain = !allowsPlainHttp && context.InitialRequestMessage.RequestUri!.Scheme == Uri.UriSchemeHttp;
        var addresses = (await Dns.GetHostAddressesAsync(host, cancellationToken)).Where(address => IsAllowed(address) || (PublicAddresses.Contains(address) && !isPlain)).ToArray();
        if (addresses.Length == 0)
        {
            throw new AddressRefusedException(isPlain
                ? $"{host} is called over plain http, which is for networks in {setting} only. Use https."
                : $"{host} has no public address. If it may be called, add its network to {setting}.");
        }
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsAllowed(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return allowed.Any(network => network.Contains(plain));
    }
}

/// <summary>The address must not be called.</summary>
public sealed class AddressRefusedException(string message) : Exception(message);
