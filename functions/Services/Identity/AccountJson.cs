using System.Text.Json;

namespace OpenWebUi.Services.Identity;

/// <summary>How accounts look in Open WebUI's wire form, wherever they appear.</summary>
internal static class AccountJson
{
    /// <summary>Where the picture of an account without one is.</summary>
    public const string NoPicture = "/user.png";

    /// <summary><c>id, email, name, role, profile_image_url</c>.</summary>
    public static void WriteWho(Utf8JsonWriter json, Account account)
    {
        json.WriteString("id", account.Id.Text);
        json.WriteString("email", account.Email);
        json.WriteString("name", account.Name);
        json.WriteString("role", account.Role.Text());
        json.WriteString("profile_image_url", account.Picture.Length > 0 ? account.Picture : NoPicture);
    }

    /// <summary>Seconds, or null.</summary>
    public static void WriteUnixTime(this Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            json.WriteNumber(name, known.ToUnixTimeSeconds());
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
