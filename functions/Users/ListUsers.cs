using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Users;

/// <summary>Lists of accounts: <c>GET /api/v1/users/</c> and <c>/all</c> for administrators, <c>/search</c> for everybody who is in.</summary>
internal sealed class ListUsers(AccountDirectory directory, UserJson users)
{
    public const int PageSize = 30;

    private const int MaxQueryCharacters = 200;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Dictionary<string, Comparison<Account>> Orders = new(StringComparer.Ordinal)
    {
        ["created_at"] = (a, b) => a.CreatedAt.CompareTo(b.CreatedAt),
        ["last_active_at"] = (a, b) => a.LastActiveAt.CompareTo(b.LastActiveAt),
        ["name"] = (a, b) => string.CompareOrdinal(PlainText.Fold(a.Name), PlainText.Fold(b.Name)),
        ["email"] = (a, b) => string.CompareOrdinal(a.Email, b.Email),
        ["role"] = (a, b) => a.Role.CompareTo(b.Role),
    };

    /// <summary><c>?query&amp;order_by&amp;direction&amp;page&amp;role</c>; without an order the newest comes first.</summary>
    public async Task PageAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var filter = new AccountFilter(Query(context), Role(query["role"].ToString()));
        var order = Order(query["order_by"].ToString(), query["direction"].ToString());
        var page = await directory.PageAsync(filter, order, Page(context), PageSize, context.RequestAborted);
        var groups = await users.GroupsAsync(context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("users");
            foreach (var account in page.Accounts)
            {
                UserJson.Write(json, account, groups);
            }

            json.WriteEndArray();
            json.WriteNumber("total", page.Total);
            if (page.IsCut)
            {
                json.WriteBoolean("truncated", true);
            }

            json.WriteEndObject();
        });
    }

    /// <summary>Every account, in no order; written as it is read, so that none but the newest few are held.</summary>
    public async Task AllAsync(HttpContext context)
    {
        const int usersAtOnce = 100;
        var groups = await users.GroupsAsync(context.RequestAborted);
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, Relaxed);
        json.WriteStartObject();
        json.WriteStartArray("users");
        var total = 0;
        await foreach (var account in directory.AllAsync(context.RequestAborted))
        {
            UserJson.Write(json, account, groups);
            if (++total % usersAtOnce == 0)
            {
                await json.FlushAsync(context.RequestAborted);
                await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            }
        }

        json.WriteEndArray();
        json.WriteNumber("total", total);
        json.WriteEndObject();
    }

    /// <summary>
    /// <c>?query&amp;page</c>: people by name, <see cref="PageSize"/> a page. An administrator sees and finds everybody by e-mail too. Others do
    /// not see those who wait, nor anybody else's e-mail address; they find a person by the whole address, which they must know.
    /// </summary>
    public async Task SearchAsync(HttpContext context)
    {
        var caller = AccessGate.CallerOf(context);
        var (isAdmin, own) = (caller.Standing == Standing.Admin, caller.Account?.Id);
        var text = Query(context).Trim();
        var (folded, email) = (PlainText.Fold(text), EmailAddress.Parse(text));
        var found = (await directory.PeopleAsync(context.RequestAborted))
            .Where(person => (isAdmin || person.Role != AccountRole.Pending)
                && (person.Folded.Contains(folded, StringComparison.Ordinal) || person.Email == email
                    || (isAdmin && PlainText.Fold(person.Email).Contains(folded, StringComparison.Ordinal))))
            .ToList();
        var page = found.Skip((int)Math.Min(int.MaxValue, (Page(context) - 1L) * PageSize)).Take(PageSize);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("users");
            foreach (var person in page)
            {
                json.WriteStartObject();
                json.WriteString("id", person.Id.Text);
                json.WriteString("name", person.Name);
                json.WriteString("email", isAdmin || person.Id == own ? person.Email : "");
                json.WriteString("role", person.Role.Text());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("total", found.Count);
            json.WriteEndObject();
        });
    }

    private static string Query(HttpContext context) =>
        context.Request.Query["query"].ToString() is { Length: <= MaxQueryCharacters } text
            ? text : throw new RefusedException("query", $"'query' must have at most {MaxQueryCharacters} characters.");

    private static int Page(HttpContext context)
    {
        var text = context.Request.Query["page"].ToString();
        return text.Length == 0 ? 1
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page is > 0 and < 100_000 ? page
            : throw new RefusedException("page", "'page' must be a whole number, 1 for the first page.");
    }

    private static AccountRole? Role(string text) => text.Length == 0
        ? null : AccountRoleText.Parse(text) ?? throw new RefusedException("role", "'role' must be pending, user or admin.");

    private static Comparison<Account> Order(string by, string direction)
    {
        if (!Orders.TryGetValue(by.Length == 0 ? "created_at" : by, out var order))
        {
            throw new RefusedException("order_by", $"'order_by' must be one of {string.Join(", ", Orders.Keys)}.");
        }

        return direction switch
        {
            "asc" => order,
            "desc" or "" => (a, b) => order(b, a),
            _ => throw new RefusedException("direction", "'direction' must be asc or desc."),
        };
    }
}
