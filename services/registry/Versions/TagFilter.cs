using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace ModelOps.Registry.Versions;

/// <summary>What <c>?tag=team:search&amp;tag=reviewed</c> asks for: every tag that is named, with its value where one is given.</summary>
internal sealed class TagFilter
{
    private readonly string pairs;
    private readonly string[] names;

    private TagFilter(IEnumerable<string> tags)
    {
        var parts = tags.Select(tag => tag.Split(':', 2)).ToList();
        pairs = JsonSerializer.Serialize(parts.Where(part => part.Length == 2).DistinctBy(part => part[0]).ToDictionary(part => part[0], part => part[1]));
        names = [.. parts.Select(part => part[0])];
    }

    /// <summary>Null when nothing is asked for.</summary>
    public static TagFilter? Of(string[]? tags) => tags is { Length: > 0 } ? new TagFilter(tags) : null;

    public IQueryable<VersionRow> Versions(RegistryDb database) =>
        database.Versions.FromSql($"SELECT * FROM versions WHERE tags @> {pairs}::jsonb AND jsonb_exists_all(tags, {names})");

    public IQueryable<ModelRow> Models(RegistryDb database) =>
        database.Models.FromSql($"SELECT * FROM models WHERE tags @> {pairs}::jsonb AND jsonb_exists_all(tags, {names})");
}
