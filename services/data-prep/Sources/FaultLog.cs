using System.Text;
using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.Sources.Csv;

namespace ModelOps.DataPrep.Sources;

/// <summary>The rows of a source that could not be read: all of them for the quarantine, a few of each kind for the report.</summary>
internal sealed class FaultLog(string path) : IDisposable
{
    private const int MostSamples = 5;
    private const int LongestRaw = 4096;
    private const int LongestSample = 200;

    private readonly CsvWriter writer = new(path);
    private readonly Dictionary<string, (long Rows, List<FaultSample> Samples)> faults = [];

    public long Count { get; private set; }

    /// <param name="fault">One of <see cref="RowFault"/>.</param>
    /// <param name="column">The column's name, or its number where the header has no name for it; empty where no column is to blame.</param>
    public void Add(long row, string fault, string column, ReadOnlySpan<byte> raw)
    {
        var text = Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, LongestRaw)]).TrimEnd('\r', '\n').Replace('\0', '\uFFFD');
        writer.Number(row);
        writer.Text(fault);
        writer.Text(column);
        writer.Text(text);
        writer.EndRow();
        Count++;
        var (rows, samples) = faults.GetValueOrDefault(fault, (0, []));
        if (samples.Count < MostSamples)
            samples.Add(new FaultSample(row, column, text));
        faults[fault] = (rows + 1, samples);
    }

    /// <summary>For the report; personal details are hashed before the texts are cut, as half of one would not be known for what it is.</summary>
    public IReadOnlyList<SourceFault> Report(DuckDBConnection duck) =>
        [.. faults.OrderBy(fault => fault.Key, StringComparer.Ordinal).Select(fault => new SourceFault(fault.Key, fault.Value.Rows, [.. fault.Value.Samples.Select(sample => sample with { Text = Shown(duck, sample.Text) })]))];

    private static string Shown(DuckDBConnection duck, string text)
    {
        var hidden = duck.Scalar<string>($"SELECT {HiddenText.HiddenFree(Sql.Literal(text))}");
        return hidden.Length > LongestSample ? hidden[..LongestSample] : hidden;
    }

    /// <summary>Moves what was logged into <c>rejected</c>.</summary>
    public void Save(DuckDBConnection duck, int source)
    {
        writer.Dispose();
        if (Count > 0)
            duck.Execute($"INSERT INTO rejected SELECT {source}, row, fault, raw, field FROM {CanonicalFile.Reader([path], [("row", "BIGINT"), ("fault", "VARCHAR"), ("field", "VARCHAR"), ("raw", "VARCHAR")])}");
    }

    public void Dispose() => writer.Dispose();
}
