using System.Globalization;
using CsvHelper;
using ModelOps.Trainer.Messages;

namespace ModelOps.Bench.Messages;

/// <summary>Messages in CSV files.</summary>
public static class MessageFiles
{
    /// <summary>A file of shared/data beside this folder or above it, or a path.</summary>
    public static List<(string Text, string? Intent)> Read(string file, string text, string intent)
    {
        using var reader = new CsvReader(new StreamReader(File.Exists(file) ? file : Path.Combine(Folder(), file)), CultureInfo.InvariantCulture);
        var rows = new List<(string, string?)>();
        reader.Read();
        reader.ReadHeader();
        while (reader.Read())
            rows.Add((reader.GetField(text) ?? "", reader.GetField(intent)));
        return rows;
    }

    /// <summary>Labels of one set as places in the intents of another; unknown intents are out of scope.</summary>
    public static MessageSet Like(MessageSet set, MessageSet other)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(other);
        var intents = other.Intents.ToList();
        return new MessageSet(set.Texts, [.. set.Labels.Select(label => label == MessageSet.OutOfScope ? label : intents.IndexOf(set.Intents[label]))], other.Intents);
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, "shared", "data") is var data && Directory.Exists(data))
                return data;
        }
        throw new DirectoryNotFoundException("No shared/data beside this folder or above it. Start the benchmark in the project's folder.");
    }
}
