using Microsoft.EntityFrameworkCore;

namespace ModelOps.Monitor.Quality;

/// <summary>Says that some of the shoppers' sums are gone, to who keeps sums of them.</summary>
internal static class ShopperRemovals
{
    /// <summary>Call it in the transaction of the removal.</summary>
    public static Task<int> NoteRemovalAsync(this MonitorDb database, CancellationToken cancellationToken) => database.Database.ExecuteSqlAsync(
        $"INSERT INTO cursors (name, position) VALUES ({CursorRow.Removals}, 1) ON CONFLICT (name) DO UPDATE SET position = cursors.position + 1", cancellationToken);
}
