using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace ModelOps.Inference.OpenInference.Grpc;

/// <summary>
/// gRPC needs HTTP/2, which Kestrel cannot tell from HTTP/1.1 in clear text: it has a port of its own, <c>GRPC_PORT</c>. Without one
/// there is no gRPC.
/// </summary>
internal static class GrpcPort
{
    public const string Variable = "GRPC_PORT";

    public static void AddGrpcPort(this WebApplicationBuilder builder)
    {
        builder.Services.AddGrpc();
        builder.Services.AddOptions<global::Grpc.AspNetCore.Server.GrpcServiceOptions>().Configure<IOptions<OpenInferenceOptions>>((grpc, options) => grpc.MaxReceiveMessageSize = options.Value.MaxRequestBytes);
        if (Port(builder.Configuration) is not { } port)
            return;
        var urls = UrlsOf(builder.Configuration).Select(BindingAddress.Parse).ToList();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // To listen at a port in code replaces what the URLs say, so they are said again.
            foreach (var url in urls)
                Listen(kestrel, url.Host, url.Port, HttpProtocols.Http1AndHttp2, url.Scheme == "https");
            Listen(kestrel, urls[0].Host, port, HttpProtocols.Http2, withTls: false);
        });
    }

    private static int? Port(IConfiguration configuration) => configuration.GetValue<int?>(Variable);

    private static IEnumerable<string> UrlsOf(IConfiguration configuration) =>
        configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls ? urls.Split(';', StringSplitOptions.RemoveEmptyEntries)
        : configuration[WebHostDefaults.HttpPortsKey] is { Length: > 0 } ports ? ports.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(port => $"http://*:{port}")
        : ["http://localhost:5000"];

    private static void Listen(KestrelServerOptions kestrel, string host, int port, HttpProtocols protocols, bool withTls)
    {
        void Configure(ListenOptions listen)
        {
            listen.Protocols = protocols;
            if (withTls)
                listen.UseHttps();
        }
        if (host == "localhost")
            kestrel.ListenLocalhost(port, Configure);
        else if (IPAddress.TryParse(host.Trim('[', ']'), out var address))
            kestrel.Listen(address, port, Configure);
        else
            kestrel.ListenAnyIP(port, Configure);
    }
}
