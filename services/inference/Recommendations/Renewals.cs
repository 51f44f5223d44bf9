using Microsoft.Extensions.Options;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Recommendations;

/// <summary>Makes old answers anew behind the shoppers who were given them, few at once. What is not begun here, the next question begins.</summary>
internal sealed class Renewals(IOptions<AnswerCacheOptions> options, IHostApplicationLifetime lifetime, ILogger<Renewals> logger)
{
    private int running;

    /// <param name="model">Kept loaded until the answer is there.</param>
    public void Begin(RecommendationModel model, Func<CancellationToken, Task> renew)
    {
        if (Interlocked.Increment(ref running) > options.Value.Renewals || !model.TryUse())
        {
            Interlocked.Decrement(ref running);
            return;
        }
        using (ExecutionContext.SuppressFlow()) // the request's deadline and its trace are not this one's
            _ = Task.Run(() => RenewAsync(model, renew));
    }

    private async Task RenewAsync(RecommendationModel model, Func<CancellationToken, Task> renew)
    {
        try
        {
            await renew(lifetime.ApplicationStopping);
        }
        catch (NotComputedException)
        {
            // There is too much to do; the old answer serves on.
        }
        catch (Exception exception) when (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            logger.LogWarning(exception, "An answer of {Model} version {Version} could not be made anew; the old one serves until it is too old", model.Name, model.Version);
        }
        finally
        {
            model.EndUse();
            Interlocked.Decrement(ref running);
        }
    }
}
