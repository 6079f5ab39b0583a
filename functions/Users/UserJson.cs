using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Users;

/// <summary>An account as administrators see it, in Open WebUI's wire form.</summary>
internal sealed class UserJson(GroupStore groups)
{
    public static readonly ErrorReport Missing = new(404, "not_found", "There is no such account.");

    /// <summary>Who asks; null for an administrator without an account.</summary>
    public static UserId? Caller(HttpContext context) => AccessGate.CallerOf(context).Account?.Id;

    /// <summary>The id in an address.</summary>
    public static UserId Id(string id) => UserId.TryParse(id, out var user) ? user : throw new RefusedException(Missing);

    /// <summary>The groups that there are: an account may name some that are gone.</summary>
    public async Task<IReadOnlySet<string>> GroupsAsync(CancellationToken cancellation) =>
        (await groups.AllAsync(cancellation)).Select(group => group.Id).ToHashSet(StringComparer.Ordinal);

    public async Task AnswerAsync(HttpContext context, Account account)
    {
        var known = await GroupsAsync(context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => Write(json, account, known));
    }

    /// <summary><c>settings</c> and <c>info</c> are always null: they are read by their account alone.</summary>
    public static void Write(Utf8JsonWriter json, Account account, IReadOnlySet<string> groups)
    {
        json.WriteStartObject();
        AccountJson.WriteWho(json, account);
        json.WriteNull("username");
        json.WriteString("bio", account.Bio);
        json.WriteString("gender", account.Gender);
        json.WriteString("date_of_birth", account.DateOfBirth.Length > 0 ? account.DateOfBirth : null);
        WriteLinks(json, account);
        json.WriteUnixTime("last_active_at", account.LastActiveAt);
        json.WriteUnixTime("updated_at", account.UpdatedAt);
        json.WriteUnixTime("created_at", account.CreatedAt);
        json.WriteNull("settings");
        json.WriteNull("info");
        json.WriteStartArray("group_ids");
        foreach (var group in account.Groups.Where(groups.Contains))
        {
            json.WriteStringValue(group);
        }

        json.WriteEndArray();
        json.WriteBoolean("is_first", account.IsFirst);
        json.WriteString("sign_in", account.SignIn);
        json.WriteEndObject();
    }

    /// <summary><c>oauth: {google: {sub: "..."}}</c>.</summary>
    private static void WriteLinks(Utf8JsonWriter json, Account account)
    {
        if (account.Links.Count == 0)
        {
            json.WriteNull("oauth");
            return;
        }

        json.WriteStartObject("oauth");
        foreach (var link in account.Links.DistinctBy(link => link.Provider))
        {
            json.WriteStartObject(link.Provider);
            json.WriteString("sub", link.Subject);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
