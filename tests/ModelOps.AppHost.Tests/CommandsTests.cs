using System.IO.Compression;
using ModelOps.AppHost.LocalEngine.Commands;
using Npgsql;

namespace ModelOps.AppHost.Tests;

[Collection(nameof(WholeApplication))]
public sealed class CommandsTests(WholeApplication application)
{
    [Fact]
    public async Task Doctor_OfARunningApplication_FindsNothingBroken()
    {
        await Eventually.GetAsync(async () => (await application.Host.ResourcesAsync()).All(resource => resource.Healthy) ? "yes" : null, "The health of all");

        await using var doctor = AppHostProcess.Start(application.Data, leading: ["doctor"]);
        await doctor.WaitForExitAsync();

        Assert.DoesNotContain("BROKEN", doctor.Output, StringComparison.Ordinal);
        Assert.Equal(0, doctor.ExitCode);
        foreach (var service in new[] { "registry", "monitor", "pipeline", "data-prep", "trainer" })
            Assert.Matches($"ok +schema of {service} +[1-9][0-9]* migrations applied, none pending", doctor.Output);
        Assert.Matches("ok +eventsdb +PostgreSQL 1[0-9]", doctor.Output);
        Assert.Matches("ok +modelfiles ", doctor.Output);
        Assert.Matches("ok +cache +answers PING", doctor.Output);
        Assert.Matches("ok +signing key ", doctor.Output);
        Assert.Matches("ok +inference +is well", doctor.Output);
    }

    [Fact]
    public async Task Doctor_KeyThatEndsAndStrangeMigration_AreFound()
    {
        var registry = await ConnectionAsync("registrydb");
        await using var source = NpgsqlDataSource.Create(registry);
        await ExecuteAsync("INSERT INTO api_keys (id, store, name, role, sha256, beginning, origins, created_at, created_by, expires_at) VALUES (gen_random_uuid(), 'main', 'nightly', 'operator', 'x', 'sk_x', '{}', now(), 'test', now() + interval '3 days')");
        await ExecuteAsync("INSERT INTO \"__EFMigrationsHistory\" SELECT '99990101000000_FromTheFuture', '10.0.0'");
        try
        {
            await using var doctor = AppHostProcess.Start(application.Data, leading: ["doctor"]);
            await doctor.WaitForExitAsync();

            Assert.Matches("warn +API key nightly", doctor.Output);
            Assert.Contains("99990101000000_FromTheFuture", doctor.Output, StringComparison.Ordinal);
            Assert.Equal(1, doctor.ExitCode);
        }
        finally
        {
            await ExecuteAsync("DELETE FROM api_keys WHERE name = 'nightly'");
            await ExecuteAsync("DELETE FROM \"__EFMigrationsHistory\" WHERE true AND \"__EFMigrationsHistory\"::text LIKE '%FromTheFuture%'");
        }

        async Task ExecuteAsync(string sql)
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task SupportBundle_HasNoSecretsAndNoPeople()
    {
        string[] planted = ["hunter2-parameter-secret", "anna.berg@example.com", "sk_plantedKey0123456789", "+49 30 1234567", "planted-user-77", "48291057"];
        await File.AppendAllTextAsync(Path.Combine(application.Data, "logs", "planted.log"),
            $"mail {planted[1]}, key {planted[2]}, phone {planted[3]}, user_id={planted[4]}, password={planted[0]}, and {planted[5]}\nthis line stays\n");
        var stored = System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(Path.Combine(application.Data, "secrets.json")))!;
        var path = Path.Combine(application.Data, "bundle.zip");

        await using var command = AppHostProcess.Start(application.Data, leading: ["support-bundle", path], $"--Parameters:mail-password={planted[0]}", $"--Parameters:pin-password={planted[5]}", "--Retention:KeepVersions=17");
        await command.WaitForExitAsync();

        Assert.True(command.ExitCode == 0, command.Output);
        using var zip = ZipFile.OpenRead(path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        var names = zip.Entries.Select(entry => entry.FullName).ToList();
        foreach (var expected in new[] { "versions.json", "settings.json", "findings.json", "health/registry.json", "metrics/inference.txt", "logs/registry.log", "logs/planted.log" })
            Assert.Contains(expected, names);
        foreach (var entry in zip.Entries)
        {
            using var reader = new StreamReader(entry.Open());
            var text = await reader.ReadToEndAsync();
            foreach (var secret in planted.Concat(stored.Values))
                Assert.False(text.Contains(secret, StringComparison.Ordinal), $"{entry.FullName} has {secret}");
            if (entry.FullName == "settings.json")
                Assert.Contains("\"Retention:KeepVersions\": \"17\"", text, StringComparison.Ordinal);
            if (entry.FullName == "logs/planted.log")
                Assert.Contains("this line stays", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task UnknownCommand_IsRefused_AndTheOthersAreNamed()
    {
        await using var command = AppHostProcess.Start(application.Data, leading: ["docter"]);
        await command.WaitForExitAsync();

        Assert.Equal(1, command.ExitCode);
        Assert.Contains("There is no command 'docter'", command.Output, StringComparison.Ordinal);
        Assert.Contains("support-bundle", command.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void CommandLine_PathWithASlash_IsNoSetting()
    {
        var line = CommandLine.Parse(["backup", "/tmp/file", "--data", "/elsewhere", "--overwrite"]);

        Assert.Equal(["backup", "/tmp/file"], line.Words);
        Assert.Equal(["--data", "/elsewhere"], line.Settings);
        Assert.Contains(CommandLine.Overwrite, line.Flags);
    }

    [Fact]
    public void CommandLine_ValueThatIsThereTwice_StaysTwice() =>
        Assert.Equal(["--mail", "shop", "--data", "shop"], CommandLine.Parse(["backup", "--mail", "shop", "--overwrite", "--data", "shop"]).Settings);

    private async Task<string> ConnectionAsync(string database)
    {
        var process = (await application.Host.ResourceAsync("registry")).Replicas[0].ProcessId;
        return (await File.ReadAllTextAsync($"/proc/{process}/environ")).Split('\0').First(line => line.StartsWith($"ConnectionStrings__{database}=", StringComparison.Ordinal)).Split('=', 2)[1];
    }
}
