using System.IO.Compression;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelOps.AppHost.LocalEngine.Commands;
using ModelOps.AppHost.LocalEngine.Doctor;

namespace ModelOps.AppHost.LocalEngine.Support;

/// <summary>What somebody who helps from afar needs to see, in a zip file: no secrets, no people, no data of the shop.</summary>
internal sealed class SupportBundleCommand : ICommand
{
    private const int LongestLog = 1024 * 1024;

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(6) };

    public string Name => "support-bundle";

    public string Usage => "[FILE]  writes a zip for whoever helps: versions, findings, health, metrics, logs, without secrets or people";

    public async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var installation = context.Installation;
        var path = Path.GetFullPath(context.Words is [var file, ..] ? file : $"modelops-support-{DateTime.UtcNow:yyyyMMdd-HHmmss}.zip");
        var redaction = new Redaction(SettingsReport.Secrets(installation, installation.Data.Secrets.All()));
        await using (var stream = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        await using (var zip = await ZipArchive.CreateAsync(stream, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, cancellationToken))
        {
            await AddAsync("versions.json", JsonSerializer.Serialize(Versions(), Indented));
            await AddAsync("settings.json", JsonSerializer.Serialize(SettingsReport.Of(installation.Configuration), Indented));
            await AddAsync("findings.json", JsonSerializer.Serialize(await CheckList.RunAsync(installation, cancellationToken), Indented));
            foreach (var service in installation.Services)
            {
                if (installation.UrlOf(service) is not { } url)
                    continue;
                await AddAsync($"health/{service.Name}.json", await AskAsync(new Uri(url, "/health"), cancellationToken));
                await AddAsync($"metrics/{service.Name}.txt", await AskAsync(new Uri(url, "/metrics"), cancellationToken));
            }
            foreach (var log in Logs(installation.Data.Root))
                await AddAsync($"logs/{Path.GetFileName(log)}", await EndOfAsync(log, cancellationToken));

            async Task AddAsync(string name, string text)
            {
                await using var entry = await zip.CreateEntry(name).OpenAsync(cancellationToken);
                await entry.WriteAsync(Encoding.UTF8.GetBytes(redaction.Of(text)), cancellationToken);
            }
        }
        context.Console.Info($"{path} is written ({new FileInfo(path).Length / 1024:N0} kB). Secrets and people are taken out as far as they can be told; look at it before you send it.");
        return 0;
    }

    private static object Versions() => new
    {
        ModelOps = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
        Runtime = RuntimeInformation.FrameworkDescription,
        System = RuntimeInformation.OSDescription,
        Architecture = RuntimeInformation.OSArchitecture.ToString(),
        Environment.ProcessorCount,
        MemoryMegabytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024 / 1024,
        At = DateTimeOffset.UtcNow,
    };

    private static IEnumerable<string> Logs(string data) =>
        Path.Combine(data, "logs") is var folder && Directory.Exists(folder) ? Directory.GetFiles(folder).Order(StringComparer.Ordinal) : [];

    private static async Task<string> EndOfAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var skipped = Math.Max(0, file.Length - LongestLog);
        file.Seek(skipped, SeekOrigin.Begin);
        var text = await new StreamReader(file).ReadToEndAsync(cancellationToken);
        // What may begin in the middle of a secret is left out with its line.
        return skipped == 0 ? text : $"({skipped:N0} bytes before are left out)\n{text[(text.IndexOf('\n') + 1)..]}";
    }

    private static async Task<string> AskAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await Http.GetAsync(url, cancellationToken);
            return await answer.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return exception.GetBaseException().Message;
        }
    }
}
