using System.ComponentModel.DataAnnotations;
using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Labelling;

/// <summary>What is labelled by a dataset's rules.</summary>
internal static class LabelTasks
{
    /// <summary>Products without a category take that of products whose words are alike.</summary>
    public static LabelTask Categories { get; } = new("products", "category") { Neighbours = true };

    /// <summary>The rules' tasks; categories by default.</summary>
    public static IReadOnlyList<LabelTask> Of(DatasetRules rules)
    {
        var tasks = rules.Labelling ?? [];
        return tasks.Any(task => (task.Table, task.Column) == (Categories.Table, Categories.Column)) ? tasks : [Categories, .. tasks];
    }

    /// <exception cref="RulesException">A task cannot be followed; the message names it, the cause and the remedy.</exception>
    public static void Check(DatasetRules rules)
    {
        foreach (var task in rules.Labelling ?? [])
        {
            Validate(task, $"The labelling of '{task.Table}.{task.Column}'");
            var table = LabelTable.Of(task.Table);
            if (!task.Column.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
                throw new RulesException($"The column '{task.Column}' to label needs a name of lower-case letters, digits and '_'.");
            _ = table.Has(task.Column);
            foreach (var function in task.Functions)
                Check(table, function);
            if (task.Functions.GroupBy(function => function.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
                throw new RulesException($"Two functions of '{task.Table}.{task.Column}' are named '{twice.Key}'. Give each a name of its own.");
        }
        if (rules.Labelling?.GroupBy(task => (task.Table, task.Column)).FirstOrDefault(group => group.Count() > 1) is { } again)
            throw new RulesException($"'{again.Key.Table}.{again.Key.Column}' is to be labelled twice. Put all functions into one task.");
    }

    private static void Check(LabelTable table, LabellingFunction function)
    {
        Validate(function, $"The labelling function '{function.Name}'");
        if (function is { Keywords: null or [], Pattern: null, Values: null or [], Above: null, Below: null })
            throw new RulesException($"The labelling function '{function.Name}' has no condition. Give it keywords, a pattern, values, above or below.");
        if (function.Keywords?.Any(keyword => string.IsNullOrWhiteSpace(keyword.Trim().TrimEnd('*'))) == true)
            throw new RulesException($"The labelling function '{function.Name}' has an empty keyword.");
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        try
        {
            if (function.Pattern is { } pattern)
                duck.Execute($"SELECT regexp_matches('', {Sql.Literal(pattern)})");
            _ = FunctionSql.Condition(table, function);
        }
        catch (DuckDBException exception)
        {
            throw new RulesException($"The pattern of the labelling function '{function.Name}' is no regular expression (RE2): {exception.Message.Split('\n')[0]}");
        }
    }

    private static void Validate(object value, string what)
    {
        var found = new List<ValidationResult>();
        if (!Validator.TryValidateObject(value, new ValidationContext(value), found, validateAllProperties: true))
            throw new RulesException($"{what}: {string.Join(' ', found.Select(result => result.ErrorMessage))}");
    }
}
