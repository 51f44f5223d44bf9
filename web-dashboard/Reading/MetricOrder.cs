namespace ModelOps.Dashboard.Reading;

/// <summary>What one looks at first comes first; storage keeps no order.</summary>
internal static class MetricOrder
{
    private static readonly string[] First =
        ["ndcg@10", "recall@10", "recall@20", "mrr@10", "mrr@20", "map@10", "hit_rate@10", "coverage@10", "novelty@10", "gini@10", "cold", "warm", "heavy", "head", "tail", "again", "new"];

    /// <summary>What has no place of its own comes after, as it is.</summary>
    public static int Of(string name) => Array.IndexOf(First, name) is >= 0 and var place ? place : First.Length;
}
