using ModelOps.Search;
using ModelOps.Search.Analysis;
using ModelOps.Search.Index;
using ModelOps.Search.Packages;

namespace ModelOps.Tests.Search;

/// <summary>A dozen products whose titles have what makes search hard: model numbers, measures, compounds, accessories.</summary>
internal static class SmallCatalogue
{
    public static IReadOnlyList<SearchProduct> Products { get; } =
    [
        new("camera", "Canon EOS 5D digital camera black", "Canon", "Photo|Cameras", "Full frame, 24 megapixels", new Dictionary<string, string> { ["colour"] = "black" }, 1999, true, .6),
        new("camera-case", "Case Logic camera case for Canon EOS5D", "Case Logic", "Photo|Bags", "Padded", new Dictionary<string, string> { ["colour"] = "red" }, 29.9, true, .2),
        new("projector", "Epson EB-X41 data projector 3600 lumens", "Epson", "Office|Projectors", null, null, 450, true, .5),
        new("lamp", "Epson ELPLP96 projector lamp 200 W", "Epson", "Office|Lamps", "Replacement lamp for data projectors", null, 80, true, .1),
        new("cable", "StarTech.com USB-C cable 2 m", "StarTech.com", "Cables", "Charge and sync", new Dictionary<string, string> { ["colour"] = "black" }, 12.5, true, .9),
        new("headset", "Logitech H390 headset", "Logitech", "Audio|Headsets", "With a microphone", null, 35, true, .7),
        new("bank", "Anker PowerCore power bank 20000 mAh", "Anker", "Power", null, null, 49, false, .8),
        new("bank-2", "Xiaomi power bank 10000 mAh", "Xiaomi", "Power", null, null, 19, true, .4),
        new("bank-3", "Belkin power bank, bank of the year", "Belkin", "Power", null, null, 25, true, .3),
        new("notebook", "Lenovo ThinkBook notebook 33.8 cm (13.3\")", "Lenovo", "Computers|Notebooks", "Intel Core i5", new Dictionary<string, string> { ["colour"] = "silver" }, 899, true, 1),
        new("shoe", "跑步鞋 男士 轻便", "李宁", "Sport|Shoes", null, null, 60, true, .2),
        new("keyboards", "Cherry wireless keyboards", "Cherry", "Computers|Keyboards", null, null, 40, true, .5),
    ];

    public static SearchEngine Engine(params IReadOnlyList<string>[] synonyms) =>
        new(CatalogueIndex.Build(Products, Stemmer.Of(Stemmer.English)), new SearchSettings { Synonyms = synonyms, Queries = [new AskedQuery("usb c charger", 5)] });

    public static List<string> Find(this SearchEngine engine, string query) => [.. engine.Search(query).Products.Select(product => engine.Index.Products[product.Document].Id)];
}
