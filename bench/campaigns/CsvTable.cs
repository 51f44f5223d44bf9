using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using ModelOps.Features.Tables;

namespace ModelOps.Bench.Campaigns;

/// <summary>Public data beside the project, as a table of texts.</summary>
internal static class CsvTable
{
    /// <param name="path">Inside <c>../shared/data</c>.</param>
    public static TextTable Read(string path, string delimiter)
    {
        using var csv = new CsvReader(File.OpenText(Find(path)), new CsvConfiguration(CultureInfo.InvariantCulture) { Delimiter = delimiter });
        csv.Read();
        csv.ReadHeader();
        var rows = new List<string?[]>();
        while (csv.Read())
            rows.Add(csv.Parser.Record!);
        return new TextTable(csv.HeaderRecord!, rows);
    }

    private static string Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data", path);
            if (File.Exists(candidate))
                return candidate;
        }
        throw new FileNotFoundException($"{path} is not in ../shared/data. Put it there to run this part.");
    }
}
