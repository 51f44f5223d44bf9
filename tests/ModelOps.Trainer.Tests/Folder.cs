namespace ModelOps.Trainer.Tests;

/// <summary>A folder that a test has to itself.</summary>
internal sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("modelops-trainer-tests-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
