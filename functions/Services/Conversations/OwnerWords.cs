using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>An owner in what clients read.</summary>
internal static class OwnerWords
{
    /// <summary>Open WebUI's <c>user_id</c>: the same for one owner for ever, and of no use to anybody else, because a guest's owner id is the id of its pass.</summary>
    public static string IdOf(OwnerId owner) => owner == OwnerId.Local
        ? "local" : "guest-" + Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes("user_id/" + owner.Text)).AsSpan(0, 12));
}
