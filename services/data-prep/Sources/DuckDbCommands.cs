using DuckDB.NET.Data;

namespace ModelOps.DataPrep.Sources;

internal static class DuckDbCommands
{
    public static int Execute(this DuckDBConnection duck, string sql)
    {
        using var command = duck.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    public static T Scalar<T>(this DuckDBConnection duck, string sql)
    {
        using var command = duck.CreateCommand();
        command.CommandText = sql;
        return (T)Convert.ChangeType(command.ExecuteScalar()!, typeof(T), System.Globalization.CultureInfo.InvariantCulture);
    }

    public static List<T> Rows<T>(this DuckDBConnection duck, string sql, Func<System.Data.Common.DbDataReader, T> read)
    {
        using var command = duck.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>True where not the data but the machine is to blame (no room on the disk, no memory): another attempt may well succeed.</summary>
    public static bool IsOfTheMachine(this DuckDBException exception) =>
        exception.ErrorType is DuckDB.NET.Native.DuckDBErrorType.OutOfMemory
        || exception.Message.Contains("No space left", StringComparison.Ordinal)
        || exception.Message.Contains("Could not write", StringComparison.Ordinal);
}
