using ModelOps.Features.Tables;
using ModelOps.Trainer.Onnx;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Campaigns.Learners;

/// <summary><see cref="DesignColumn.Of(ReadOnlySpan{float})"/> as a graph.</summary>
internal static class DesignGraph
{
    /// <summary><see cref="TableRows.Narrowed"/> as a graph.</summary>
    public static string Narrow(GraphBuilder graph, string features, IReadOnlyList<int> columns) =>
        graph.Node("Gather", [features, graph.Constant(graph.Fresh("columns"), [.. columns.Select(column => (long)column)])], ("axis", 1L));

    /// <param name="features">(batch, columns), encoded.</param>
    /// <returns>(batch, width).</returns>
    public static string Expand(GraphBuilder graph, string features, TableSchema schema)
    {
        var design = schema.Design;
        var own = graph.Fresh("design"); // two schemas in a graph share no constants
        var source = graph.Constant($"{own}.source", [.. design.Select(column => (long)column.Source)]);
        var values = graph.Node("Gather", [features, source], ("axis", 1L)); // (batch, width)
        var missing = graph.Node("IsNaN", [values]);
        var present = graph.Node("Where", [missing, graph.Constant("design.zero", 0f), values]);
        var logarithms = graph.Node("Mul", [graph.Node("Sign", [present]), graph.Node("Log", [graph.Node("Add", [graph.Node("Abs", [present]), graph.Constant("design.one", 1f)])])]);
        var scaled = graph.Node("Where", [Mask(column => column.Kind == DesignKind.Number && column.Column.Logarithmic, "logarithmic"), logarithms, present]);
        var centred = graph.Node("Sub", [scaled, Row(column => column.Column.Mean, "mean")]);
        var standardised = graph.Node("Mul", [centred, Row(column => 1 / column.Column.Deviation, "scale")]);
        var limited = graph.Node("Clip", [standardised, graph.Constant("design.least", -DesignColumn.Limit), graph.Constant("design.most", DesignColumn.Limit)]);
        var numbers = graph.Node("Where", [missing, graph.Constant("design.zero", 0f), limited]);
        var equal = Float(graph.Node("Equal", [values, Row(column => column.Place, "place")]));
        var withCategories = graph.Node("Where", [Mask(column => column.Kind == DesignKind.Category, "category"), equal, numbers]);
        return graph.Node("Where", [Mask(column => column.Kind == DesignKind.Missing, "missing"), Float(missing), withCategories]);

        string Row(Func<DesignColumn, double> value, string name) => graph.Constant($"{own}.{name}", [.. design.Select(column => (float)value(column))]);
        string Mask(Func<DesignColumn, bool> value, string name) => graph.Constant($"{own}.{name}", design.Select(value).ToArray(), design.Count);
        string Float(string value) => graph.Node("Cast", [value], ("to", (long)ElementType.Float));
    }
}
