using System.Reflection;

namespace ModelOps.DataPrep.Datasets;

/// <summary>Which code made a version: the release, and the build's own id, which differs where the code does.</summary>
internal static class CodeVersion
{
    public static string Text { get; } = $"data-prep {typeof(CodeVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion} {typeof(CodeVersion).Module.ModuleVersionId:N}";
}
