namespace ModelOps.Features.Profiles;

/// <summary>What tells a cluster from everybody.</summary>
/// <param name="Deviations">How far its mean lies from that of all, in standard deviations.</param>
public sealed record ClusterTrait(string Feature, double Deviations);

/// <param name="Name">After its two strongest traits.</param>
/// <param name="Share">Of the shoppers at training.</param>
/// <param name="Centre">A number for each of <see cref="ProfileClusters.Columns"/>, standardised.</param>
public sealed record ProfileCluster(string Name, double Share, IReadOnlyList<ClusterTrait> Traits, float[] Centre);

/// <summary>Shoppers who behave alike, by k-means on standardised features.</summary>
/// <param name="Columns">Of the expanded row (<see cref="Tables.TableSchema.Design"/>) that are compared.</param>
/// <param name="Stability">
/// Mean adjusted Rand index (Hubert and Arabie, 1985) of all shoppers grouped by centres that were found on bootstrap samples of them: 1 is the
/// same groups each time, 0 is chance.
/// </param>
public sealed record ProfileClusters(int[] Columns, double Stability, IReadOnlyList<ProfileCluster> Clusters)
{
    /// <param name="design">An expanded row.</param>
    /// <returns>The place of the nearest centre.</returns>
    public int Of(ReadOnlySpan<float> design)
    {
        var (best, nearest) = (0, double.MaxValue);
        for (var cluster = 0; cluster < Clusters.Count; cluster++)
        {
            var (centre, distance) = (Clusters[cluster].Centre, 0.0);
            for (var i = 0; i < Columns.Length; i++)
            {
                var difference = design[Columns[i]] - centre[i];
                distance += difference * difference;
            }
            if (distance < nearest)
                (best, nearest) = (cluster, distance);
        }
        return best;
    }
}
