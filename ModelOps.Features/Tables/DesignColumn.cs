namespace ModelOps.Features.Tables;

public enum DesignKind
{
    /// <summary>Standardised and within five deviations; the mean where it is missing.</summary>
    Number,

    /// <summary>1 where the number is missing.</summary>
    Missing,

    /// <summary>1 where the row has this category.</summary>
    Category,
}

/// <summary>A column of what linear models and networks take.</summary>
/// <param name="Source">The column of the encoded row.</param>
/// <param name="Place">Of a category.</param>
public sealed record DesignColumn(string Name, DesignKind Kind, int Source, int Place, TableColumn Column)
{
    /// <summary>Standardised numbers are kept within this, so that a strange value does not rule a linear model.</summary>
    public const float Limit = 5;

    internal static IEnumerable<DesignColumn> Of(TableColumn column, int source)
    {
        if (column.Kind == ColumnKind.Category)
            return column.Categories.Select((category, place) => new DesignColumn($"{column.Name}={category}", DesignKind.Category, source, place, column));
        var number = new DesignColumn(column.Name, DesignKind.Number, source, 0, column);
        return column.HasMissing ? [number, new DesignColumn($"{column.Name} missing", DesignKind.Missing, source, 0, column)] : [number];
    }

    /// <param name="row">Encoded.</param>
    public float Of(ReadOnlySpan<float> row)
    {
        var value = row[Source];
        return Kind switch
        {
            DesignKind.Missing => float.IsNaN(value) ? 1 : 0,
            DesignKind.Category => value == Place ? 1 : 0,
            _ when float.IsNaN(value) => 0,
            _ => Standardised(value),
        };
    }

    private float Standardised(double value)
    {
        if (Column.Logarithmic)
            value = TableColumn.Logarithm(value);
        return (float)Math.Clamp((value - Column.Mean) / Column.Deviation, -Limit, Limit);
    }
}
