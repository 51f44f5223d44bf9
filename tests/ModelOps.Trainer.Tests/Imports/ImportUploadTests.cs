using System.Text;
using Microsoft.AspNetCore.Http;
using ModelOps.Trainer.Imports;

namespace ModelOps.Trainer.Tests.Imports;

public class ImportUploadTests
{
    [Fact]
    public async Task Receive_EveryPart_LiesInTheFolder()
    {
        using var folder = new Folder();
        await ImportUpload.ReceiveAsync(Request(Body("weights", "architecture", "items")), folder.Path, TestContext.Current.CancellationToken);
        Assert.Equal(ImportFiles.ByPart.Values.Order(), Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName).Order());
        Assert.Equal("content of weights", await File.ReadAllTextAsync(Path.Combine(folder.Path, ImportFiles.Weights), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("weights", "no part 'architecture'")]
    [InlineData("architecture", "no part 'weights'")]
    [InlineData("weights,architecture,pickle", "'pickle' is not known")]
    public async Task Receive_PartsThatAreWrong_AreRefusedByName(string parts, string cause) => await RefusedAsync(Request(Body(parts.Split(','))), cause);

    [Fact]
    public async Task Receive_BodyCutOff_IsRefused() => await RefusedAsync(Request(Body("weights", "architecture")[..^30]), "ends too early");

    [Fact]
    public async Task Receive_NoForm_IsRefusedWithTheCommand() => await RefusedAsync(Request("{}", "application/json"), "curl -F weights=@model.safetensors");

    private static async Task RefusedAsync(HttpRequest request, string cause)
    {
        using var folder = new Folder();
        var refusal = await Assert.ThrowsAsync<ImportException>(() => ImportUpload.ReceiveAsync(request, folder.Path, TestContext.Current.CancellationToken));
        Assert.Contains(cause, refusal.Message, StringComparison.Ordinal);
    }

    private static string Body(params string[] parts) =>
        string.Concat(parts.Select(part => $"--line\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"{part}\"\r\n\r\ncontent of {part}\r\n")) + "--line--\r\n";

    private static HttpRequest Request(string body, string type = "multipart/form-data; boundary=line")
    {
        var request = new DefaultHttpContext().Request;
        (request.ContentType, request.Body) = (type, new MemoryStream(Encoding.UTF8.GetBytes(body)));
        return request;
    }
}
