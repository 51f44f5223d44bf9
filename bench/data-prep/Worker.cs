using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.Sources;
using ModelOps.Privacy;

namespace ModelOps.Bench.DataPrep;

/// <summary>The service's own builder, from the CSV to the version's files.</summary>
internal static class Worker
{
    public static async Task<int> RunAsync(string csv, string folder, int megabytes)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        var builder = new DatasetBuilder(null!, null!, Options.Create(new DataPrepOptions { MemoryLimitMegabytes = megabytes }), TimeProvider.System);
        var source = new DatasetSource(new UploadedFile(SourceKind.Events, Path.GetFileName(csv), csv, new FileInfo(csv).Length, Convert.ToHexStringLower(SHA256.HashData([]))), null, 1);
        var built = await builder.BuildAsync(StoreId.Main, [source], new DatasetRules(), [], new StorePrivacy(new PersonalData(new byte[32]), []), includeEventLog: false, folder, CancellationToken.None);
        var found = string.Join(", ", built.Checks.Where(check => check.Rows > 0).Select(check => $"{check.Check} {check.Rows}"));
        Console.WriteLine($"done: {built.Rows.Kept} kept ({found})");
        await Console.In.ReadLineAsync();
        return 0;
    }
}
