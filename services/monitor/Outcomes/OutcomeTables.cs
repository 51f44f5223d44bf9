using Microsoft.EntityFrameworkCore;

namespace ModelOps.Monitor.Outcomes;

/// <summary>A search and what became of it.</summary>
internal sealed class SearchRow
{
    public required string Store { get; init; }
    public required string Token { get; init; }
    public required string Model { get; init; }
    public required int Version { get; init; }
    public required string Arm { get; init; }
    public required DateTimeOffset Time { get; init; }

    /// <inheritdoc cref="Quality.ShopperMinuteRow.Shopper"/>
    public required long Shopper { get; init; }

    /// <inheritdoc cref="Quality.ShopperMinuteRow.IsAssigned"/>
    public bool IsAssigned { get; init; }

    /// <summary>A keyed hash of the query's words: whether two are the same can be told, what they are cannot.</summary>
    public required long Form { get; init; }
    public int Page { get; init; }
    public int Found { get; init; }

    /// <summary>Of the highest product that the shopper clicked, put into the cart or bought, from 1 over all pages; null without any.</summary>
    public int? Place { get; init; }

    public FollowedBy Followed { get; init; }
}

/// <summary>What the same shopper asked within <see cref="OutcomeTally.Reformulation"/>.</summary>
internal enum FollowedBy : short
{
    Nothing,

    /// <summary>Another page, filter or order.</summary>
    TheSameWords,
    OtherWords,
}

/// <summary>An answer to a customer's message.</summary>
internal sealed class AssistAnswerRow
{
    public required string Store { get; init; }
    public required string Token { get; init; }
    public required string Model { get; init; }
    public required int Version { get; init; }
    public required string Arm { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required long Shopper { get; init; }
    public bool IsAssigned { get; init; }

    /// <inheritdoc cref="EventLog.LoggedAssist"/>
    public required string Way { get; init; }
    public bool IsOutOfScope { get; init; }
}

internal static class OutcomeTables
{
    public const string Searches = "searches", AssistAnswers = "assist_answers";

    public static void AddOutcomeTables(this ModelBuilder builder)
    {
        builder.Entity<SearchRow>(search =>
        {
            search.ToTable(Searches).HasKey(row => new { row.Store, row.Token });
            search.HasIndex(row => new { row.Store, row.Time });
            search.HasIndex(row => new { row.Store, row.Model, row.Time });
            search.HasIndex(row => new { row.Store, row.Shopper, row.Time });
        });
        builder.Entity<AssistAnswerRow>(answer =>
        {
            answer.ToTable(AssistAnswers).HasKey(row => new { row.Store, row.Token });
            answer.HasIndex(row => new { row.Store, row.Time });
            answer.HasIndex(row => new { row.Store, row.Model, row.Time });
            answer.HasIndex(row => new { row.Store, row.Shopper });
        });
    }
}
