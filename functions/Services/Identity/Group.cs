using System.Security.Cryptography;
using System.Text;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Services.Identity;

/// <summary>A group: permissions that its members have beside the defaults. Who is in it stands in the accounts.</summary>
/// <param name="Permissions">What it allows.</param>
/// <param name="CreatedBy">The administrator who made it; empty when a directory or provider named it.</param>
internal sealed record Group(
    string Id, string Name, string Description, PermissionSet Permissions, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, ETag Version = default)
{
    public const int MaxNameCharacters = 100;

    /// <summary>Ids of groups stand in the account's row.</summary>
    public const int MaxOfAnAccount = 200;

    /// <summary>The id of a group that a directory or provider named: a UUID that follows from the name.</summary>
    public static string IdOfName(string name) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes("group " + name)).AsSpan(0, 16)).ToString("D");
}
