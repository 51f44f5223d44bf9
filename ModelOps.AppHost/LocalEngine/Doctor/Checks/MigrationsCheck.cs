using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using ModelOps.AppHost.LocalEngine.Commands;
using Npgsql;

namespace ModelOps.AppHost.LocalEngine.Doctor.Checks;

/// <summary>What each service's build would bring its database to, against what the database has had.</summary>
internal sealed class MigrationsCheck : ICheck
{
    private const string Attribute = "MigrationAttribute";

    public string Name => "migrations";

    public async Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var service in installation.Services)
        {
            var known = KnownTo(service);
            var databases = service.Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource).OfType<PostgresDatabaseResource>().ToList();
            if (known.Count == 0 || databases.Count == 0)
                continue;
            var applied = new HashSet<string>();
            foreach (var database in databases)
            {
                if (await installation.ConnectionStringAsync(database, cancellationToken) is { } connectionString)
                    applied.UnionWith(await AppliedAsync(connectionString, cancellationToken));
                else
                    known.Clear();
            }
            findings.Add(known.Count == 0 ? Finding.Skipped($"schema of {service.Name}", "the application does not run") : Of(service.Name, known, applied));
        }
        return findings;
    }

    internal static Finding Of(string service, IReadOnlySet<string> known, IReadOnlySet<string> applied)
    {
        var (pending, newer) = (known.Except(applied).Order(StringComparer.Ordinal).ToList(), applied.Except(known).Order(StringComparer.Ordinal).ToList());
        return newer.Count > 0 ? Finding.Broken($"schema of {service}", $"the database is ahead of this build: it has had {string.Join(", ", newer)}", "Run the release that made it, or a newer one; or restore the backup from before the upgrade.")
            : pending.Count > 0 ? Finding.Warning($"schema of {service}", $"pending: {string.Join(", ", pending)}", $"Start {service}: it applies them before it answers. Back up first: -- backup FILE.")
            : Finding.Fine($"schema of {service}", $"{applied.Count} migrations applied, none pending");
    }

    private static HashSet<string> KnownTo(ProjectResource service) =>
        (service.Annotations.OfType<ProjectAnnotation>().Single().Metadata as IBuiltProject)?.TargetPath is { } path && File.Exists(path) ? IdsIn(path) : [];

    private static async Task<IReadOnlyList<string>> AppliedAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        // Of the names that EF Core and the naming convention give the table and its column, whichever there is.
        await using var find = source.CreateCommand("SELECT quote_ident(c.relname), quote_ident(a.attname) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relname = '__EFMigrationsHistory' AND lower(replace(a.attname, '_', '')) = 'migrationid'");
        string? select = null;
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            if (await reader.ReadAsync(cancellationToken))
                select = $"SELECT {reader.GetString(1)} FROM {reader.GetString(0)}";
        }
        if (select is null)
            return [];
        await using var list = source.CreateCommand(select);
        await using var rows = await list.ExecuteReaderAsync(cancellationToken);
        var ids = new List<string>();
        while (await rows.ReadAsync(cancellationToken))
            ids.Add(rows.GetString(0));
        return ids;
    }

    /// <summary>The ids of the migrations that an assembly has, read from its metadata: nothing of it is loaded.</summary>
    private static HashSet<string> IdsIn(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        return [.. from handle in metadata.CustomAttributes
                   let attribute = metadata.GetCustomAttribute(handle)
                   where attribute.Constructor.Kind == HandleKind.MemberReference && IsMigration(metadata, (MemberReferenceHandle)attribute.Constructor)
                   select IdOf(metadata.GetBlobReader(attribute.Value))];
    }

    private static bool IsMigration(MetadataReader metadata, MemberReferenceHandle constructor) =>
        metadata.GetMemberReference(constructor).Parent is { Kind: HandleKind.TypeReference } parent && metadata.StringComparer.Equals(metadata.GetTypeReference((TypeReferenceHandle)parent).Name, Attribute);

    /// <summary>An attribute's arguments begin with two bytes that are always the same (ECMA-335, II.23.3).</summary>
    private static string IdOf(BlobReader arguments)
    {
        arguments.ReadUInt16();
        return arguments.ReadSerializedString() ?? "";
    }
}
