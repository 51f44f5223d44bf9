using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ModelOps.Tests;

/// <summary>What a service has logged.</summary>
internal sealed class Said : ILoggerProvider
{
    private readonly ConcurrentQueue<string> lines = new();

    public bool Contains(string text) => lines.Any(line => line.Contains(text, StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => new Line(lines);

    public void Dispose()
    {
    }

    private sealed class Line(ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{formatter(state, exception)} {exception?.Message}");
    }
}
