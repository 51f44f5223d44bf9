using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Steps;
using ModelOps.ServiceDefaults;

namespace ModelOps.Pipeline.Definitions;

/// <summary>The JSON Schema of a pipeline's YAML for editors, made of <see cref="PipelineDefinition"/>: <c>pipelines/pipeline.schema.json</c>.</summary>
internal static class PipelineSchema
{
    private static readonly JsonSerializerOptions Names = new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
    };

    public static string Text { get; } = Build();

    private static string Build()
    {
        var schema = Names.GetJsonSchemaAsNode(typeof(PipelineDefinition), new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform }).AsObject();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "ModelOps pipeline");
        schema["required"] = new JsonArray("name");
        return schema.ToJsonString(Names) + "\n";
    }

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (schema is not JsonObject described)
            return schema;
        if ((Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type) == typeof(TimeSpan))
            (described["type"], described["pattern"]) = ("string", LengthOfTime.Pattern);
        if (Attribute<AllowedValuesAttribute>(context) is { } allowed)
            described["enum"] = new JsonArray([.. allowed.Values.Select(value => JsonValue.Create((string?)value))]);
        if (context.PropertyInfo is { Name: "application" })
            described["enum"] = new JsonArray([.. ApplicationName.All.Select(name => JsonValue.Create(name))]);
        if (context.TypeInfo.Type == typeof(Dictionary<string, StepDefinition>))
            described["propertyNames"] = new JsonObject { ["enum"] = new JsonArray([.. StepList.Names.Select(name => JsonValue.Create(name))]) };
        if (Attribute<DescriptionAttribute>(context) is { Description: var text })
            described.Insert(0, "description", text);
        return described;
    }

    private static T? Attribute<T>(JsonSchemaExporterContext context) where T : Attribute =>
        (context.PropertyInfo?.AttributeProvider ?? context.TypeInfo.Type).GetCustomAttributes(typeof(T), inherit: false).OfType<T>().FirstOrDefault();
}
