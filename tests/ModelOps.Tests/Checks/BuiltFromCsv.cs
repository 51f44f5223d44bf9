using System.Security.Cryptography;
using DuckDB.NET.Data;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Labelling;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.Sources;
using ModelOps.Privacy;

namespace ModelOps.Tests.Checks;

/// <summary>A dataset version made from CSV texts in a folder of its own, without any store.</summary>
internal sealed class BuiltFromCsv : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly byte[] Key = "the key of a test's store, 32 bytes"u8.ToArray();

    private readonly string folder = Directory.CreateTempSubdirectory("modelops-built-").FullName;

    private BuiltFromCsv() { }

    public BuiltDataset Built { get; private set; } = null!;

    public string Folder => folder;

    public static Task<BuiltFromCsv> EventsAsync(string csv, DatasetRules? rules = null, string? products = null, int? threads = null, IReadOnlyList<ErasedUser>? erased = null) =>
        FilesAsync([(SourceKind.Events, csv), .. products is null ? [] : new[] { (SourceKind.Products, products) }], rules, threads, erased);

    public static async Task<BuiltFromCsv> FilesAsync(IEnumerable<(SourceKind Kind, string Csv)> files, DatasetRules? rules = null, int? threads = null, IReadOnlyList<ErasedUser>? erased = null, IReadOnlyList<LabelAnswer>? answers = null)
    {
        var result = new BuiltFromCsv();
        var sources = new List<DatasetSource>();
        foreach (var (kind, csv) in files)
        {
            var path = Path.Combine(result.folder, $"{sources.Count}.csv");
            await File.WriteAllTextAsync(path, csv);
            sources.Add(Source(kind, path));
        }
        await result.BuildAsync(sources, rules, threads, erased, answers);
        return result;
    }

    public static async Task<BuiltFromCsv> PathsAsync(IEnumerable<string> paths, DatasetRules? rules = null, int? threads = null)
    {
        var result = new BuiltFromCsv();
        await result.BuildAsync([.. paths.Select(path => Source(SourceKind.Events, path))], rules, threads);
        return result;
    }

    public CheckResult Check(string name) => Built.Checks.Single(check => check.Check == name);

    /// <summary>Check name to findings, of those that found something.</summary>
    public IReadOnlyDictionary<string, long> Found => Built.Checks.Where(check => check.Rows > 0).ToDictionary(check => check.Check, check => check.Rows);

    public string FileOf(string name) => Built.Files.Single(file => Path.GetFileName(file) == name);

    /// <summary>Rows of a version's file; {0} in the query stands for it.</summary>
    public List<T> Query<T>(string file, string sql, Func<System.Data.Common.DbDataReader, T> read)
    {
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        return duck.Rows(string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, $"read_parquet('{FileOf(file)}')"), read);
    }

    private async Task BuildAsync(IReadOnlyList<DatasetSource> sources, DatasetRules? rules, int? threads, IReadOnlyList<ErasedUser>? erased = null, IReadOnlyList<LabelAnswer>? answers = null)
    {
        var builder = new DatasetBuilder(null!, null!, Options.Create(new DataPrepOptions { Threads = threads }), new FakeTimeProvider(Now));
        Built = await builder.BuildAsync(StoreId.Main, sources, rules ?? new DatasetRules(), answers ?? [], new StorePrivacy(new PersonalData(Key), erased ?? []), includeEventLog: false, folder, TestContext.Current.CancellationToken);
    }

    private static DatasetSource Source(SourceKind kind, string path) =>
        new(new UploadedFile(kind, Path.GetFileName(path), path, new FileInfo(path).Length, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))), null, 1);

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
