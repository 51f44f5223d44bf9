using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace ModelOps.Pipeline.Definitions;

/// <summary>Lengths of time as people write them: <c>90s</c>, <c>30m</c>, <c>12h</c>, <c>14d</c>.</summary>
internal sealed partial class Duration : IYamlTypeConverter
{
    public const string Pattern = "^[0-9]{1,6}(s|m|h|d)$";

    public bool Accepts(Type type) => type == typeof(TimeSpan) || type == typeof(TimeSpan?);

    public object? ReadYaml(IParser parser, Type type, ObjectDeserializer rootDeserializer)
    {
        var scalar = parser.Consume<YamlDotNet.Core.Events.Scalar>();
        return Parse(scalar.Value) ?? throw new YamlException(scalar.Start, scalar.End, $"'{scalar.Value}' is no length of time; write a whole number with s, m, h or d, as in 30m or 24h.");
    }

    public void WriteYaml(IEmitter emitter, object? value, Type type, ObjectSerializer serializer) => emitter.Emit(new YamlDotNet.Core.Events.Scalar(Text((TimeSpan)value!)));

    public static TimeSpan? Parse(string text)
    {
        if (!Written().IsMatch(text))
            return null;
        var number = int.Parse(text[..^1], CultureInfo.InvariantCulture);
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => TimeSpan.FromDays(number),
        };
    }

    /// <summary>In the largest unit that gives a whole number, else rounded to minutes above an hour.</summary>
    public static string Text(TimeSpan length) => length switch
    {
        { TotalDays: >= 2 } when length.Ticks % TimeSpan.TicksPerDay == 0 => $"{length.Days}d",
        { TotalHours: >= 1 } when length.Ticks % TimeSpan.TicksPerHour == 0 => $"{(long)length.TotalHours}h",
        { TotalHours: >= 1 } => $"{(long)length.TotalHours}h {length.Minutes}m",
        { TotalMinutes: >= 1 } => $"{length.Minutes}m",
        _ => $"{(long)length.TotalSeconds}s",
    };

    [GeneratedRegex(Pattern)]
    private static partial Regex Written();
}
