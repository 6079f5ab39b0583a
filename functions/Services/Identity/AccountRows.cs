using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Identity;

/// <summary>
/// Where accounts are and how they look as rows. All are in one partition, so that one batch can say "first admin, e-mail and
/// account together, or nothing". A team has hundreds of accounts, and Azure serves 2,000 operations a second of a partition.
/// </summary>
internal static class AccountRows
{
    /// <summary>A page never sees this text, so nothing in it needs escaping, which would make a name six times as long.</summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public const string Table = "Accounts";
    public const string Partition = "site";
    public const string First = "first";
    public const string AccountPrefix = "u.";

    public static string Account(UserId id) => AccountPrefix + id.Text;

    public static string Email(string email) => "e." + Hash(email);

    public static string Link(LinkedIdentity identity) => "x." + Hash(identity.Provider + "\n" + identity.Subject);

    /// <summary>Its free objects (<see cref="AccountObjects"/>).</summary>
    public static string Objects(UserId id) => "p." + id.Text;

    public static string Picture(UserId id) => "i." + id.Text;

    public static RowKey Key(string row) => new(Table, Partition, row);

    /// <summary>An index row: which account.</summary>
    public static RowProperties Pointer(UserId id) => new() { ["User"] = id.Text };

    public static RowProperties Properties(Account account) => new()
    {
        ["Email"] = account.Email,
        ["Name"] = account.Name,
        ["Role"] = account.Role.Text(),
        ["PasswordHash"] = account.PasswordHash,
        ["SignIn"] = account.SignIn,
        ["IsFirst"] = account.IsFirst,
        ["TokenVersion"] = account.TokenVersion,
        ["Sessions"] = List(account.Sessions, WriteSession),
        ["Keys"] = List(account.Keys, WriteKey),
        ["Groups"] = List(account.Groups, (json, id) => json.WriteStringValue(id)),
        ["Links"] = List(account.Links, WriteLink),
        ["Picture"] = Optional(account.Picture),
        ["Bio"] = Optional(account.Bio),
        ["Gender"] = Optional(account.Gender),
        ["DateOfBirth"] = Optional(account.DateOfBirth),
        ["CreatedAt"] = account.CreatedAt,
        ["UpdatedAt"] = account.UpdatedAt,
        ["LastActiveAt"] = account.LastActiveAt,
    };

    public static Account Read(StoredRow row)
    {
        var properties = row.Properties;
        return new()
        {
            Id = new(row.Key.Row[AccountPrefix.Length..]),
            Email = properties.GetText("Email") ?? "",
            Name = properties.GetText("Name") ?? "",
            Role = AccountRoleText.Parse(properties.GetText("Role")) ?? AccountRole.Pending,
            PasswordHash = properties.GetText("PasswordHash"),
            SignIn = properties.GetText("SignIn") ?? "password",
            IsFirst = properties.GetBoolean("IsFirst") ?? false,
            TokenVersion = properties.GetInt64("TokenVersion") ?? 0,
            Sessions = Items(properties.GetText("Sessions"), ReadSession),
            Keys = Items(properties.GetText("Keys"), ReadKey),
            Groups = Items(properties.GetText("Groups"), json => json.GetString()!),
            Links = Items(properties.GetText("Links"), json => new LinkedIdentity(json.GetProperty("p").GetString()!, json.GetProperty("s").GetString()!)),
            Picture = properties.GetText("Picture") ?? "",
            Bio = properties.GetText("Bio") ?? "",
            Gender = properties.GetText("Gender") ?? "",
            DateOfBirth = properties.GetText("DateOfBirth") ?? "",
            CreatedAt = properties.GetTime("CreatedAt") ?? default,
            UpdatedAt = properties.GetTime("UpdatedAt") ?? default,
            LastActiveAt = properties.GetTime("LastActiveAt") ?? default,
            Version = row.ETag,
        };
    }

    private static string Hash(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string? Optional(string text) => text.Length == 0 ? null : text;

    private static void WriteSession(Utf8JsonWriter json, AccountSession session)
    {
        json.WriteStartObject();
        json.WriteString("i", session.Id);
        json.WriteNumber("c", session.CreatedAt.ToUnixTimeSeconds());
        WriteTime(json, "e", session.ExpiresAt);
        json.WriteString("d", session.Device);
        json.WriteString("s", session.SignIn);
        if (session.LogoutId is { } logout)
        {
            json.WriteString("l", logout);
        }

        json.WriteEndObject();
    }

    private static AccountSession ReadSession(JsonElement json) => new(
        json.GetProperty("i").GetString()!, Time(json, "c")!.Value, Time(json, "e"), json.GetProperty("d").GetString()!,
        json.GetProperty("s").GetString()!, json.TryGetProperty("l", out var logout) ? logout.GetString() : null);

    private static void WriteKey(Utf8JsonWriter json, AccountKey key)
    {
        json.WriteStartObject();
        json.WriteString("i", key.Id);
        json.WriteString("n", key.Name);
        json.WriteString("h", key.Hash);
        json.WriteString("t", key.EndsWith);
        json.WriteNumber("c", key.CreatedAt.ToUnixTimeSeconds());
        WriteTime(json, "e", key.ExpiresAt);
        WriteTime(json, "u", key.LastUsedAt);
        json.WriteStartArray("p");
        foreach (var path in key.Paths)
        {
            json.WriteStringValue(path);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static AccountKey ReadKey(JsonElement json) => new(
        json.GetProperty("i").GetString()!, json.GetProperty("n").GetString()!, json.GetProperty("h").GetString()!,
        json.GetProperty("t").GetString()!, Time(json, "c")!.Value, Time(json, "e"), Time(json, "u"),
        [.. json.GetProperty("p").EnumerateArray().Select(path => path.GetString()!)]);

    private static void WriteLink(Utf8JsonWriter json, LinkedIdentity identity)
    {
        json.WriteStartObject();
        json.WriteString("p", identity.Provider);
        json.WriteString("s", identity.Subject);
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            json.WriteNumber(name, known.ToUnixTimeSeconds());
        }
    }

    private static DateTimeOffset? Time(JsonElement json, string name) =>
        json.TryGetProperty(name, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds.GetInt64()) : null;

    /// <summary>Null for an empty list, so that most rows have no such property.</summary>
    private static string? List<T>(IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.Count == 0)
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartArray();
            foreach (var item in items)
            {
                write(json, item);
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static IReadOnlyList<T> Items<T>(string? text, Func<JsonElement, T> read)
    {
        if (text is null)
        {
            return [];
        }

        using var document = JsonDocument.Parse(text);
        return [.. document.RootElement.EnumerateArray().Select(read)];
    }
}
