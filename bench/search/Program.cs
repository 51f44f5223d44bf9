using System.Diagnostics;
using System.Globalization;
using ModelOps.Bench.Search;
using ModelOps.Search.Analysis;
using ModelOps.Search.Index;
using ModelOps.Search.Queries;
using ModelOps.Search.Ranking;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var data = Icecat.Read(args[0]);
var watch = Stopwatch.StartNew();
var stemmer = Stemmer.Of("en");
var index = CatalogueIndex.Build(data.Products, stemmer);
Console.WriteLine($"index {watch.ElapsedMilliseconds} ms");
var reader = new QueryReader(index, new Synonyms([], stemmer), new Spelling(new Dictionary<string, int>()));
var ranker = new ProductRanker(index);
var queries = data.Queries.Select(query => reader.Read(query.Text)).ToList();

double Ndcg(IReadOnlyList<int> grades, IEnumerable<int> all, bool exponential, double ifNone)
{
    double Gain(int g) => exponential ? Math.Pow(2, g) - 1 : g;
    double ideal = all.OrderDescending().Take(10).Select((g, i) => Gain(g) / Math.Log2(i + 2)).Sum();
    return ideal == 0 ? ifNone : grades.Take(10).Select((g, i) => Gain(g) / Math.Log2(i + 2)).Sum() / ideal;
}
double[] Evaluate(SearchWeights w, bool exponential = true, double ifNone = double.NaN, bool condensed = false) => [.. data.Queries.Select((q, i) =>
{
    var ids = ranker.Rank(queries[i], w).Select(r => data.Products[r.Document].Id);
    if (condensed) ids = ids.Where(q.Grades.ContainsKey);
    return Ndcg([.. ids.Take(10).Select(id => q.Grades.GetValueOrDefault(id))], q.Grades.Values, exponential, ifNone);
})];
double Mean(double[] v) => v.Where(x => !double.IsNaN(x)).Average();
foreach (var (name, w) in new[] { ("untuned", new SearchWeights { Fields = [1, 1, 1, 1, 1], Lengths = [.75, .75, .75, .75, .75], Coverage = 0 }), ("title", new SearchWeights { Fields = [1, 0, 0, 0, 0], Lengths = [.75, .75, .75, .75, .75], Coverage = 0 }), ("default", new SearchWeights()) })
    Console.WriteLine($"{name} exp/skip {Mean(Evaluate(w)):f4} exp/0 {Mean(Evaluate(w, true, 0)):f4} exp/1 {Mean(Evaluate(w, true, 1)):f4} lin/skip {Mean(Evaluate(w, false)):f4} lin/1 {Mean(Evaluate(w, false, 1)):f4} condensed {Mean(Evaluate(w, true, double.NaN, true)):f4}");
watch.Restart();
var per = Evaluate(new SearchWeights());
Console.WriteLine($"{watch.ElapsedMilliseconds / 40.0} ms");
for (var i = 0; i < per.Length; i++)
    Console.WriteLine($"{data.Queries[i].Text,-24} {per[i]:f3}");
