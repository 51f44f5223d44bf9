using ModelOps.ServiceDefaults;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace ModelOps.Pipeline.Definitions;

/// <summary>Has lengths of time in YAML read and written as <see cref="LengthOfTime"/> does.</summary>
internal sealed class LengthOfTimeConverter : IYamlTypeConverter
{
    public bool Accepts(Type type) => type == typeof(TimeSpan) || type == typeof(TimeSpan?);

    public object? ReadYaml(IParser parser, Type type, ObjectDeserializer rootDeserializer)
    {
        var scalar = parser.Consume<YamlDotNet.Core.Events.Scalar>();
        return LengthOfTime.Parse(scalar.Value) ?? throw new YamlException(scalar.Start, scalar.End, $"'{scalar.Value}' is no length of time; write a whole number with s, m, h or d, as in 30m or 24h.");
    }

    public void WriteYaml(IEmitter emitter, object? value, Type type, ObjectSerializer serializer) => emitter.Emit(new YamlDotNet.Core.Events.Scalar(LengthOfTime.Exact((TimeSpan)value!)));
}
