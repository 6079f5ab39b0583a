using System.Buffers.Text;
using System.Globalization;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Identity;

/// <summary>A stored picture.</summary>
/// <param name="ContentType">One of <see cref="Pictures"/>' types.</param>
internal sealed record Picture(string ContentType, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// Pictures of accounts: small, in a row of their own, so that an account stays small. Taken as data URLs (which is what the page
/// and Open WebUI's clients send) of types that no browser runs; an address elsewhere is refused: it would tell its owner who looks.
/// </summary>
internal sealed class Pictures(RowStore rows, TimeProvider time)
{
    /// <summary>One property of a row.</summary>
    public const int MaxBytes = 60_000;

    /// <summary>Base 64 and the head of a data URL.</summary>
    public const int MaxCharacters = MaxBytes / 3 * 4 + 100;

    private static readonly string[] Types = ["image/webp", "image/jpeg", "image/png", "image/gif"];

    /// <summary>Keeps the picture of a data URL; an empty text or the placeholder takes it away; the address that the account has already stays.</summary>
    /// <returns>The address under which this site shows it; empty for none.</returns>
    /// <exception cref="RefusedException">Not a picture, too large, or elsewhere.</exception>
    public async Task<string> TakeAsync(UserId user, string url, CancellationToken cancellation)
    {
        if (url.Length == 0 || url == AccountJson.NoPicture)
        {
            await rows.DeleteAsync(Key(user), DeleteCondition.Always, cancellation);
            return "";
        }

        // Nothing but the address itself: the page puts it where browsers follow it with their cookies.
        if (url.StartsWith(Address(user), StringComparison.Ordinal)
            && (url.Length == Address(user).Length || (url[Address(user).Length..] is ['?', 'v', '=', .. var number] && number.Length is > 0 and < 20 && number.All(char.IsAsciiDigit))))
        {
            return url;
        }

        var picture = Read(url);
        await rows.PutAsync(Key(user), new() { ["Type"] = picture.ContentType, ["Bytes"] = (ReadOnlyMemory<byte>?)picture.Bytes }, PutCondition.Always, cancellation);
        // The number makes browsers ask anew for a new picture.
        return $"{Address(user)}?v={time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}";
    }

    public async Task<Picture?> GetAsync(UserId user, CancellationToken cancellation) =>
        await rows.GetAsync(Key(user), cancellation) is { } row ? new(row.Properties.GetText("Type")!, row.Properties.GetBytes("Bytes")!.Value) : null;

    private static RowKey Key(UserId user) => AccountRows.Key(AccountRows.Picture(user));

    private static string Address(UserId user) => $"/api/v1/users/{user.Text}/profile/image";

    private static Picture Read(string url)
    {
        const string marker = ";base64,";
        var comma = url.IndexOf(marker, StringComparison.Ordinal);
        var type = url.StartsWith("data:", StringComparison.Ordinal) && comma > 0 ? url["data:".Length..comma] : "";
        if (!Types.Contains(type) || !Base64.IsValid(url.AsSpan(comma + marker.Length), out var length) || length is 0 or > MaxBytes)
        {
            throw new RefusedException("profile_image_url", $"'profile_image_url' must be a data URL of a WebP, JPEG, PNG or GIF picture of at most {MaxBytes} bytes, or empty.");
        }

        return new(type, Convert.FromBase64String(url[(comma + marker.Length)..]));
    }
}
