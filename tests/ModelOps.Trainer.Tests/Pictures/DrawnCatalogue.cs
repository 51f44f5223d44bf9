using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using SkiaSharp;

namespace ModelOps.Trainer.Tests.Pictures;

/// <summary>Products of three shapes in colours that say nothing of them, somewhere on a ground of any brightness: pixels alone hardly tell them apart.</summary>
internal static class DrawnCatalogue
{
    public static readonly string[] Shapes = ["disc", "frame", "cross"];

    /// <param name="content">In place of the first product's picture.</param>
    public static async Task WriteAsync(string folder, int count = 150, byte[]? content = null)
    {
        var random = new Random(1);
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync();
        await ExecuteAsync(connection, "CREATE TABLE pictures (item_id VARCHAR, picture BLOB, width INTEGER, height INTEGER, address VARCHAR, etag VARCHAR); CREATE TABLE products (item_id VARCHAR, title VARCHAR, brand VARCHAR, category VARCHAR, description VARCHAR, attributes VARCHAR, price DOUBLE, available BOOLEAN)");
        for (var number = 0; number < count; number++)
        {
            var shape = Shapes[number % Shapes.Length];
            var picture = number == 0 && content is not null ? content : Draw(shape, random);
            await ExecuteAsync(connection, $"INSERT INTO pictures VALUES ('p{number:d3}', from_hex('{Convert.ToHexString(picture)}'), 40, 40, NULL, NULL); INSERT INTO products VALUES ('p{number:d3}', 'A nice {shape}', 'Acme', 'Shapes|{shape}', 'x', NULL, {number}.5, {number % 2 == 0})");
        }
        await ExecuteAsync(connection, "INSERT INTO pictures SELECT 'gone', picture, 40, 40, NULL, NULL FROM pictures LIMIT 1");
        foreach (var (table, file) in new[] { ("pictures", DatasetFiles.Pictures), ("products", DatasetFiles.Products) })
            await ExecuteAsync(connection, $"COPY {table} TO '{Path.Combine(folder, file)}' (FORMAT parquet)");
    }

    public static byte[] Draw(string shape, Random random)
    {
        const int side = 40;
        using var bitmap = new SKBitmap(side, side);
        var grey = (byte)random.Next(100, 256);
        using (var canvas = new SKCanvas(bitmap))
        using (var paint = new SKPaint { Color = new SKColor((byte)random.Next(200), (byte)random.Next(200), (byte)random.Next(200)), StrokeWidth = 4, IsStroke = shape != "disc" })
        {
            canvas.Clear(new SKColor(grey, grey, grey));
            var (x, y, radius) = (random.Next(14, 26), random.Next(14, 26), random.Next(7, 12));
            switch (shape)
            {
                case "disc":
                    canvas.DrawCircle(x, y, radius, paint);
                    break;
                case "frame":
                    canvas.DrawRect(x - radius, y - radius, 2 * radius, 2 * radius, paint);
                    break;
                default:
                    canvas.DrawLine(x - radius, y - radius, x + radius, y + radius, paint);
                    canvas.DrawLine(x - radius, y + radius, x + radius, y - radius, paint);
                    break;
            }
        }
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static async Task ExecuteAsync(DuckDBConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
