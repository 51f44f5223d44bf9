using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ModelOps.Tests;

internal static class Http
{
    public static async Task<T> ReadAsync<T>(this HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return (await response.Content.ReadFromJsonAsync<T>())!;
    }

    /// <summary>Asserts problem details of a status and returns their detail.</summary>
    public static async Task<string> ProblemAsync(this HttpResponseMessage response, HttpStatusCode status, string type)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal($"urn:modelops:{type}", problem.GetProperty("type").GetString());
        return problem.GetProperty("detail").GetString()!;
    }

    public static MultipartFormDataContent Form(params (string Part, string File, string Content)[] parts)
    {
        var form = new MultipartFormDataContent();
        foreach (var (part, file, content) in parts)
            form.Add(new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(content)), part, file);
        return form;
    }
}
