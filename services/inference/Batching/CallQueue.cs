namespace ModelOps.Inference.Batching;

/// <summary>First come, first served; whoever gives up leaves from any place. The links are in the calls, so waiting allocates nothing.</summary>
internal sealed class CallQueue<TCall> where TCall : BatchCall
{
    private BatchCall? last;

    public TCall? First { get; private set; }

    public int Count { get; private set; }

    public void Add(TCall call)
    {
        (call.Before, call.After, call.IsWaiting) = (last, null, true);
        if (last is null)
            First = call;
        else
            last.After = call;
        last = call;
        Count++;
    }

    public void Remove(TCall call)
    {
        if (call.Before is null)
            First = (TCall?)call.After;
        else
            call.Before.After = call.After;
        if (call.After is null)
            last = call.Before;
        else
            call.After.Before = call.Before;
        (call.Before, call.After, call.IsWaiting) = (null, null, false);
        Count--;
    }
}
