using System.Security.Cryptography;
using System.Text.Json;

namespace ModelOps.AppHost.LocalEngine.Storage;

/// <summary>Generated secrets, kept so that a password still opens the data it was set for.</summary>
internal sealed class Secrets(DataFolder folder)
{
    public const string FileName = "secrets.json";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly Lock _lock = new();

    public string GetOrCreate(string name)
    {
        lock (_lock)
        {
            var secrets = Read();
            if (secrets.TryGetValue(name, out var known))
                return known;
            // Hexadecimal, so that it needs no quoting in a connection string or a URL.
            secrets[name] = RandomNumberGenerator.GetHexString(40, lowercase: true);
            Write(secrets);
            return secrets[name];
        }
    }

    /// <summary>Those that were made so far, by their name.</summary>
    public IReadOnlyDictionary<string, string> All()
    {
        lock (_lock)
            return File.Exists(Path.Combine(folder.Root, FileName)) ? Read() : new SortedDictionary<string, string>();
    }

    private SortedDictionary<string, string> Read()
    {
        var path = folder.File(FileName);
        return File.Exists(path) ? JsonSerializer.Deserialize<SortedDictionary<string, string>>(File.ReadAllText(path)) ?? [] : [];
    }

    private void Write(SortedDictionary<string, string> secrets)
    {
        var path = folder.File(FileName);
        var next = $"{path}.next";
        File.Delete(next);
        using (var file = new FileStream(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            JsonSerializer.Serialize(file, secrets, Indented);
        File.Move(next, path, overwrite: true);
    }
}
