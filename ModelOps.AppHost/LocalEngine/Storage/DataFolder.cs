using Aspire.Hosting.ApplicationModel;

namespace ModelOps.AppHost.LocalEngine.Storage;

/// <summary>Everything that outlives a run, in one folder that only its owner can open.</summary>
internal sealed class DataFolder
{
    public const string Volumes = "volumes";

    /// <summary>There from the beginning of a restore to its end, with the backup's path.</summary>
    public const string UnfinishedRestore = "restore.unfinished";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public DataFolder(string? path)
    {
        Root = System.IO.Path.GetFullPath(string.IsNullOrEmpty(path) ? System.IO.Path.Combine(UserData(), ".modelops") : path);
        Secrets = new Secrets(this);
    }

    public string Root { get; }

    public Secrets Secrets { get; }

    /// <summary>Beside the data, not in it: a reset keeps what was downloaded, and every data folder shares it.</summary>
    public static string Packages => Environment.GetEnvironmentVariable("MODELOPS_PACKAGES") is { Length: > 0 } path
        ? path
        : System.IO.Path.Combine(UserData(), ".modelops-packages");

    public string File(string name)
    {
        CreatePrivate(Root);
        return System.IO.Path.Combine(Root, name);
    }

    public string Folder(params string[] names)
    {
        CreatePrivate(Root);
        var path = System.IO.Path.Combine([Root, .. names]);
        CreatePrivate(path);
        return path;
    }

    /// <summary>Where a store keeps its files: a named volume, or a folder that ends with the run.</summary>
    public string StoreFolder(IResource store) => store.Annotations.OfType<ContainerMountAnnotation>().LastOrDefault() is { } volume
        ? Folder(Volumes, volume.Source ?? $"{store.Name}-data")
        : Folder("temporary", store.Name);

    public void ClearTemporary() => Delete(System.IO.Path.Combine(Root, "temporary"));

    /// <summary>Empties the folder but for the lock, which this process holds.</summary>
    public void Clear()
    {
        foreach (var folder in Directory.GetDirectories(Root))
            Delete(folder);
        foreach (var file in Directory.GetFiles(Root).Where(file => System.IO.Path.GetFileName(file) != EngineLock.FileName))
            System.IO.File.Delete(file);
    }

    private static void CreatePrivate(string path)
    {
        if (!Directory.Exists(path))
            Directory.CreateDirectory(path, OwnerOnly);
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private static string UserData() =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create) is { Length: > 0 } path
            ? path
            : System.IO.Path.GetTempPath();
}
