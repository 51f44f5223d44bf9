// Measures product search on public judgements:
//   dotnet run -c Release --project bench/search -- icecat <folder> [judgements=<csv of other queries over the same products>]
//   dotnet run -c Release --project bench/search -- icecat-dense <folder> [parameters of the application search]
//   dotnet run -c Release --project bench/search -- home-depot <folder> [folds=5] [seeds=3]
//   dotnet run -c Release --project bench/search -- clicks <folder of icecat> [seeds=1]
using System.Globalization;
using System.Text.Json;
using ModelOps.Bench.Search;
using ModelOps.Trainer.SearchIndexes;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var settings = args.Skip(2).Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
switch (args)
{
    case ["icecat", var folder, ..]:
        RelevanceBench.Run(folder, settings.GetValueOrDefault("judgements"));
        return 0;
    case ["icecat-dense", var folder, ..]:
        settings.TryAdd("dense", SearchPart.Auto);
        var parameters = SearchParameters.Read(settings.ToDictionary(pair => pair.Key, pair => JsonSerializer.SerializeToElement(pair.Value)), out var errors);
        if (errors.Count > 0)
            throw new ArgumentException(string.Join(" ", errors.Values.SelectMany(error => error)));
        DenseBench.Run(folder, parameters);
        return 0;
    case ["home-depot", var folder, ..]:
        HomeDepotBench.Run(folder, int.Parse(settings.GetValueOrDefault("folds", "5"), CultureInfo.InvariantCulture), int.Parse(settings.GetValueOrDefault("seeds", "3"), CultureInfo.InvariantCulture));
        return 0;
    case ["clicks", var folder, ..]:
        ClicksBench.Run(folder, int.Parse(settings.GetValueOrDefault("seeds", "1"), CultureInfo.InvariantCulture));
        return 0;
    default:
        Console.Error.WriteLine("Name a benchmark and its data: icecat <folder>, icecat-dense <folder>, home-depot <folder> or clicks <folder>.");
        return 1;
}
