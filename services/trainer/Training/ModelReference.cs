using System.Globalization;

namespace ModelOps.Trainer.Training;

/// <summary>A registered model as a parameter names it: <c>pictures</c>, or <c>pictures:3</c> for its version 3.</summary>
public sealed record ModelReference(string Model, int? Version)
{
    public const string Pattern = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}(:[1-9][0-9]{0,8})?";

    public static ModelReference Of(string written)
    {
        ArgumentNullException.ThrowIfNull(written);
        return written.Split(':') is [var model, var version] ? new(model, int.Parse(version, CultureInfo.InvariantCulture)) : new(written, null);
    }

    public override string ToString() => Version is { } version ? $"{Model}:{version.ToString(CultureInfo.InvariantCulture)}" : Model;
}
