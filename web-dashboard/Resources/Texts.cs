namespace ModelOps.Dashboard.Resources;

/// <summary>What the pages say. A text's key is the text in English; Texts.zh-Hans.resx has it in Simplified Chinese.</summary>
public sealed class Texts;
