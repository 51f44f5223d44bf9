using Lucene.Net.Analysis;
using Lucene.Net.Analysis.TokenAttributes;

namespace ModelOps.Search.Analysis;

/// <summary><see cref="ProductText"/> as Lucene reads it, stemmed.</summary>
internal sealed class ProductTokenizer : Tokenizer
{
    private readonly Stemmer stemmer;
    private readonly ICharTermAttribute term;
    private readonly IOffsetAttribute offset;
    private readonly IPositionIncrementAttribute increment;
    private List<Token> tokens = [];
    private int next, end;

    public ProductTokenizer(TextReader input, Stemmer stemmer) : base(input)
    {
        this.stemmer = stemmer;
        term = AddAttribute<ICharTermAttribute>();
        offset = AddAttribute<IOffsetAttribute>();
        increment = AddAttribute<IPositionIncrementAttribute>();
    }

    public override void Reset()
    {
        base.Reset();
        var text = m_input.ReadToEnd();
        (next, end) = (0, text.Length);
        tokens = [.. ProductText.Read(text).OrderBy(token => token.Position)];
    }

    public override bool IncrementToken()
    {
        if (next >= tokens.Count)
            return false;
        ClearAttributes();
        var token = tokens[next];
        term.SetEmpty().Append(stemmer.Stem(token.Text));
        offset.SetOffset(CorrectOffset(token.Start), CorrectOffset(token.End));
        increment.PositionIncrement = next == 0 ? token.Position + 1 : token.Position - tokens[next - 1].Position;
        next++;
        return true;
    }

    public override void End()
    {
        base.End();
        offset.SetOffset(CorrectOffset(end), CorrectOffset(end));
    }
}

/// <summary>Every field's text, in one language.</summary>
internal sealed class ProductAnalyzer(Stemmer stemmer) : Analyzer
{
    protected override TokenStreamComponents CreateComponents(string fieldName, TextReader reader) => new(new ProductTokenizer(reader, stemmer));
}
