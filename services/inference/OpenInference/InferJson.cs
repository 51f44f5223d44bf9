using System.Text.Json;
using ModelOps.Features;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.OpenInference;

/// <summary>The protocol's JSON: <c>{id, parameters, inputs: [{name, shape, datatype, data}], outputs: [{name}]}</c> and its answer.</summary>
internal static class InferJson
{
    /// <exception cref="OpenInferenceException">Something is missing, unknown, or of another kind, shape or size.</exception>
    public static (string? Id, TensorCall Call) Read(JsonElement body, ModelSignature signature, int maxValues)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("inputs", out var inputs) || inputs.ValueKind != JsonValueKind.Array)
            throw OpenInferenceException.Bad("""The body has no list "inputs". Send {"inputs":[{"name":"…","shape":[…],"datatype":"…","data":[…]}]}.""");
        string[] wanted = body.TryGetProperty("outputs", out var outputs) && outputs.ValueKind == JsonValueKind.Array ? [.. outputs.EnumerateArray().Select(output => Text(output, "name", "An output"))] : [];
        var id = body.TryGetProperty("id", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
        return (id, TensorCheck.CallOf(signature, [.. inputs.EnumerateArray().Select(input => ReadInput(input, signature, maxValues))], wanted));
    }

    private static NamedTensor ReadInput(JsonElement input, ModelSignature signature, int maxValues)
    {
        var name = Text(input, "name", "An input");
        if (!input.TryGetProperty("shape", out var sides) || sides.ValueKind != JsonValueKind.Array || !sides.EnumerateArray().All(side => side.ValueKind == JsonValueKind.Number && side.TryGetInt64(out _)))
            throw OpenInferenceException.Bad($"The input '{name}' has no 'shape', a list of whole numbers.");
        long[] shape = [.. sides.EnumerateArray().Select(side => side.GetInt64())];
        var (datatype, count) = TensorCheck.Expect(signature, name, Text(input, "datatype", $"The input '{name}'"), shape, maxValues);
        if (!input.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array)
            throw OpenInferenceException.Bad($"The input '{name}' has no 'data', a list of {count} values.");
        var values = datatype.New(count);
        var found = Fill(data, datatype, values, 0, name);
        if (found != count)
            throw OpenInferenceException.Bad($"The input '{name}' has {found} values; its shape [{string.Join(", ", shape)}] has {count}.");
        return new NamedTensor(name, datatype, shape, values);
    }

    /// <summary>Values may be nested as the shape is, or flat; either way they come in row-major order.</summary>
    private static int Fill(JsonElement data, Datatype datatype, Array values, int at, string name)
    {
        foreach (var value in data.EnumerateArray())
        {
            if (value.ValueKind == JsonValueKind.Array)
            {
                at = Fill(value, datatype, values, at, name);
                continue;
            }
            try
            {
                if (at < values.Length)
                    datatype.Read(value, values, at);
                at++;
            }
            catch (Exception exception) when (exception is FormatException or InvalidOperationException or OverflowException)
            {
                var text = value.GetRawText();
                throw OpenInferenceException.Bad($"Value {at} of the input '{name}' is {(text.Length > 50 ? text[..50] + "…" : text)}; expected {datatype.Name}.");
            }
        }
        return at;
    }

    private static string Text(JsonElement element, string property, string whose) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw OpenInferenceException.Bad($"{whose} has no '{property}', a text.");

    public static void Write(Utf8JsonWriter json, LoadedModel model, string? id, IReadOnlyList<NamedTensor> outputs)
    {
        json.WriteStartObject();
        json.WriteString("model_name", model.Name);
        json.WriteString("model_version", $"{model.Version}");
        if (id is not null)
            json.WriteString("id", id);
        json.WriteStartArray("outputs");
        foreach (var output in outputs)
        {
            json.WriteStartObject();
            json.WriteString("name", output.Name);
            json.WriteString("datatype", output.Datatype.Name);
            json.WriteStartArray("shape");
            foreach (var side in output.Shape)
                json.WriteNumberValue(side);
            json.WriteEndArray();
            json.WriteStartArray("data");
            output.Datatype.Write(json, output.Values);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
