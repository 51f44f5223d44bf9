using ModelOps.Features;
using Text = ModelOps.Features.Text;

namespace ModelOps.Trainer.Architectures;

/// <summary>What can be compared of an item's description.</summary>
public static class CatalogueText
{
    /// <summary>The title's words, in their order.</summary>
    public static IEnumerable<string> Words(CatalogueItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return Text.Words.Of(item.Title);
    }

    /// <summary>Each step of the category with those above it, from the general to the particular.</summary>
    public static IEnumerable<string> Steps(CatalogueItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        var path = (item.Category ?? "").Split('|', StringSplitOptions.RemoveEmptyEntries);
        return Enumerable.Range(1, path.Length).Select(depth => string.Join('|', path[..depth]));
    }
}
