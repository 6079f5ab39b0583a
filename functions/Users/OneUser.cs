using System.Text;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Users;

/// <summary>What people see of each other: <c>GET /api/v1/users/{id}</c>, the picture, and the placeholder of those who have none.</summary>
internal sealed class OneUser(AccountStore accounts, GroupStore groups, Pictures pictures, TimeProvider time)
{
    /// <summary>The last use is noted at most once an hour.</summary>
    private static readonly TimeSpan ActiveFor = TimeSpan.FromHours(1);

    /// <summary>A head and shoulders, in a grey that shows on white and on black.</summary>
    private static readonly byte[] Placeholder = Encoding.ASCII.GetBytes(
        """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" fill="#8b9099"/><circle cx="48" cy="37" r="17" fill="#e8eaed"/><path d="M16 96c0-20 14-33 32-33s32 13 32 33z" fill="#e8eaed"/></svg>""");

    /// <summary>Who waits is seen by administrators only; so are the groups of others.</summary>
    public async Task HandleAsync(HttpContext context, string id)
    {
        var caller = AccessGate.CallerOf(context);
        var isAdmin = caller.Standing == Standing.Admin;
        if (await accounts.CurrentAsync(UserJson.Id(id), context.RequestAborted) is not { } account || (account.Role == AccountRole.Pending && !isAdmin))
        {
            throw new RefusedException(UserJson.Missing);
        }

        var shown = isAdmin || caller.Account?.Id == account.Id ? (await groups.AllAsync(context.RequestAborted)).Where(g => account.Groups.Contains(g.Id)) : null;
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("name", account.Name);
            json.WriteString("profile_image_url", account.Picture.Length > 0 ? account.Picture : AccountJson.NoPicture);
            if (shown is not null)
            {
                json.WriteStartArray("groups");
                foreach (var group in shown)
                {
                    json.WriteStartObject();
                    json.WriteString("id", group.Id);
                    json.WriteString("name", group.Name);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteBoolean("is_active", time.GetUtcNow() - account.LastActiveAt <= ActiveFor);
            json.WriteEndObject();
        });
    }

    /// <summary>A person uploaded it: its type is one of four that run nothing, and whoever opens it by itself gets it in a sandbox.</summary>
    public async Task PictureAsync(HttpContext context, string id)
    {
        var response = context.Response;
        if (await pictures.GetAsync(UserJson.Id(id), context.RequestAborted) is not { } picture)
        {
            response.Headers.CacheControl = "private, no-cache";
            response.Redirect(AccountJson.NoPicture);
            return;
        }

        // An address with a number is of one picture only.
        response.Headers.CacheControl = context.Request.Query.ContainsKey("v") ? "private, max-age=604800, immutable" : "private, max-age=60";
        await WriteAsync(response, picture.ContentType, picture.Bytes);
    }

    /// <summary><c>GET /user.png</c>, whatever its name says: the address is Open WebUI's, and browsers go by the type.</summary>
    public static Task PlaceholderAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "public, max-age=86400";
        return WriteAsync(context.Response, "image/svg+xml", Placeholder);
    }

    private static async Task WriteAsync(HttpResponse response, string contentType, ReadOnlyMemory<byte> bytes)
    {
        response.ContentType = contentType;
        response.ContentLength = bytes.Length;
        response.Headers.ContentDisposition = "inline";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        await response.Body.WriteAsync(bytes, response.HttpContext.RequestAborted);
    }
}
