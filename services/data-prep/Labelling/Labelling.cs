using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Reviews;

namespace ModelOps.DataPrep.Labelling;

/// <summary>What a person said of a row.</summary>
internal sealed record LabelAnswer(string Table, string Column, string Key, string Label);

/// <summary>What a person is asked.</summary>
/// <param name="Margin">How much likelier the first candidate is than the second: the closest calls are asked first.</param>
/// <param name="Details">The row, as a JSON object.</param>
internal sealed record ReviewQuestion(string Table, string Column, string Key, string Text, string Details, string Reason, double Margin, IReadOnlyList<ReviewCandidate> Candidates);

/// <summary>Who labelled what in a version, and what is left to ask.</summary>
/// <param name="Found">The answers whose rows are there.</param>
internal sealed record Labelling(IReadOnlyList<LabelReport> Reports, IReadOnlyList<ReviewQuestion> Questions, IReadOnlyList<LabelAnswer> Found);
