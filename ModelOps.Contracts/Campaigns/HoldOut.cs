using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ModelOps.Contracts.Campaigns;

/// <summary>
/// Users whom a campaign leaves alone, so that its effect can be measured. Who they are follows from the user and a name alone: the same users
/// in every list of that name, other users for other names.
/// </summary>
public static class HoldOut
{
    /// <param name="name">Of the group, such as a campaign's or <c>global</c>.</param>
    /// <param name="share">Of all users, from 0 to 1.</param>
    public static bool Has(string user, string name, double share) => Draw(user, name) < share;

    /// <summary>A number from 0 up to 1 that looks drawn by chance.</summary>
    private static double Draw(string user, string name)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{name}\n{user}"));
        return (BinaryPrimitives.ReadUInt64BigEndian(hash) >> 11) * (1.0 / (1L << 53));
    }
}
