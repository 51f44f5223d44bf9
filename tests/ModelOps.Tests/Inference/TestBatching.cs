using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Inference.Batching;

namespace ModelOps.Tests.Inference;

/// <summary>What a batcher needs, for a test that has no service.</summary>
internal static class TestBatching
{
    public static BatchingHost Host(BatchingOptions? options = null, TimeProvider? time = null) => new(
        options ?? new BatchingOptions(), new BatchMetrics(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>()), time ?? TimeProvider.System);
}
