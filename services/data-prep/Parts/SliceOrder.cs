using System.Globalization;
using DuckDB.NET.Data;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Parts;

/// <summary>What <see cref="TimeOrder"/> found within a slice, and what it needs to go on from one slice to the next.</summary>
/// <param name="FirstTime">Microseconds since 1970 of the first row, and of the last; null where it cannot be read.</param>
internal sealed record SliceOrder(int Source, Found Late, string? FirstUser, string? FirstItem, long? FirstTime, long? LastTime)
{
    /// <returns>Null where <c>staged</c> is empty.</returns>
    public static SliceOrder? Of(DuckDBConnection duck)
    {
        var late = CheckRun.OfWhole(duck, new TimeOrder());
        return duck.Rows("""
            SELECT first.source, first.user_id, first.item_id, epoch_us(first.time), (SELECT epoch_us(time) FROM staged WHERE rowid = (SELECT max(rowid) FROM staged))
            FROM staged AS first WHERE rowid = (SELECT min(rowid) FROM staged)
            """, row => new SliceOrder(row.GetInt32(0), late, Text(row, 1), Text(row, 2), Number(row, 3), Number(row, 4))).SingleOrDefault();
    }

    /// <summary>What the check finds in all slices, which are in the order of the input.</summary>
    public static Found Sum(DuckDBConnection duck, IEnumerable<SliceOrder> slices)
    {
        long rows = 0;
        var samples = new List<FoundRow>();
        SliceOrder? before = null;
        foreach (var slice in slices)
        {
            if (before?.Source == slice.Source && slice.FirstTime < before.LastTime)
            {
                rows++;
                samples.Add(new FoundRow(0, 0, slice.Sample(duck, before.LastTime.Value)));
            }
            rows += slice.Late.Rows;
            samples.AddRange(slice.Late.Samples);
            before = slice;
        }
        return new Found(rows, [.. samples.Take(Found.MostSamples)]);
    }

    private string Sample(DuckDBConnection duck, long after) => duck.Scalar<string>(
        $"SELECT CAST(to_json({{source: {Source}, user: {Literal(FirstUser)}, item: {Literal(FirstItem)}, time: {Moment(FirstTime!.Value)}, after: {Moment(after)}}}) AS VARCHAR)");

    private static string Literal(string? text) => text is null ? "NULL::VARCHAR" : Sql.Literal(text);

    private static string Moment(long microseconds) => string.Create(CultureInfo.InvariantCulture, $"make_timestamp({microseconds}::BIGINT)");

    private static string? Text(System.Data.Common.DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static long? Number(System.Data.Common.DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}
