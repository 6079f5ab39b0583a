using System.Globalization;
using OpenWebUi.Services.Identity;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Chats;
using OpenWebUi.Tests.Models;
using OpenWebUi.Tests.Package;
using static OpenWebUi.Tests.Auth.AuthCalls;

namespace OpenWebUi.Tests.Auth;

/// <summary>Every line of the table in docs/migration.md, asked for.</summary>
public sealed class MigrationTests
{
    private const string File = "docs/migration.md";

    /// <summary>What the column "here" says, by the line's number.</summary>
    private static readonly Dictionary<int, string> Table = System.IO.File.ReadLines(Path.Combine(PublishedPackage.Repository(), File))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries)).Where(cells => cells.Length == 7 && int.TryParse(cells[1], out _))
        .ToDictionary(cells => int.Parse(cells[1], CultureInfo.InvariantCulture), cells => cells[4].Trim('`'));

    private static readonly Dictionary<int, Func<AccountSite, Task<string>>> Asked = new()
    {
        [1] = people => people.Pending.Bearer.OutcomeAsync("GET", ForUsers),
        [2] = people => people.User.Bearer.OutcomeAsync("GET", "/api/v1/configs/settings"),
        [3] = people => people.Stranger.OutcomeAsync("GET", ForUsers),
        [4] = people => people.Stranger.OutcomeAsync("GET", ForUsers, Bearer(people.User.Token[..^4] + "AAAA")),
        [5] = async people =>
        {
            Assert.Equal("200", await people.User.Bearer.OutcomeAsync("POST", Root + "/signout"));
            return await people.User.Bearer.OutcomeAsync("GET", ForUsers);
        },
        [6] = async people =>
        {
            var other = await people.SignInAgainAsync(people.User);
            await people.User.Bearer.CallAsync("POST", Root + "/update/password", $$"""{"password":"{{AccountSite.Password}}","new_password":"another good one"}""").OkAsync();
            return await other.Bearer.OutcomeAsync("GET", ForUsers);
        },
        [7] = async people => await people.Other.Bearer.OutcomeAsync("GET", "/api/v1/chats/" + await people.User.Bearer.NewAsync()),
        [8] = people => people.User.Bearer.OutcomeAsync("GET", "/api/v1/chats/9d2f7b1e-6a43-4a57-8f0a-0d5b6c7e8f90"),
        [9] = async people =>
        {
            var unknown = await people.Stranger.SignInAsync("nobody@example.com", "wrong").OutcomeAsync();
            Assert.Equal(unknown, await people.Stranger.SignInAsync(people.User.Email, "wrong").OutcomeAsync());
            return unknown;
        },
        [10] = people => people.Stranger.SignUpAsync(people.User.Email).OutcomeAsync(),
        [11] = people => people.Stranger.CallAsync("POST", Root + "/signup", """{"name":"N","email":"n@example.com","password":""}""").OutcomeAsync(),
        [12] = people => people.Stranger.CallAsync("POST", Root + "/signup", """{"name":"N","email":"n@example.com","password":"seven77"}""").OutcomeAsync(),
        [13] = people => people.Stranger.CallAsync("POST", Root + "/signup", """{"email":"n@example.com","password":"long enough"}""").OutcomeAsync(),
        [14] = async people => "200 " + (await people.Stranger.SignUpAsync("second@example.com").OkAsync()).GetProperty("role").GetString(),
        [15] = people => TokenAsync(people.Admin.Bearer.CallAsync("POST", Root + "/add", """{"name":"N","email":"n@example.com","password":"long enough"}""")),
        [16] = people => TokenAsync(people.User.Browser.GetAsync(Root + "/", [])),
        [17] = people => TokenAsync(people.User.Bearer.GetAsync(Root + "/", [])),
        [18] = people => people.User.Browser.OutcomeAsync("GET", Root + "/signout"),
        [19] = people => people.Stranger.OutcomeAsync("POST", Root + "/update/profile", Cookie(people.User.Token)),
        [20] = async people =>
        {
            using var answer = await people.Stranger.SignInAsync(people.User.Email, AccountSite.Password);
            var attributes = answer.SetCookieOf("token")!.Split("; ")[1..];
            return string.Join(' ', attributes.Where(attribute => attribute is "httponly" || attribute.StartsWith("samesite", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        },
        [21] = async people =>
        {
            var made = (await people.User.Bearer.CallAsync("POST", Root + "/api_key", "{}").OkAsync()).GetProperty("api_key").GetString()!;
            var shown = (await people.User.Bearer.GetAsync(Root + "/api_key", []).OkAsync()).GetProperty("api_key").GetString()!;
            return made.Length > 60 && shown == $"sk-ow-...{made[^4..]}" ? "200 its end" : shown;
        },
        [22] = async people => await people.Stranger.OutcomeAsync("GET", ForUsers, ("x-api-key", await KeyAsync(people, "/api/models"))),
        [23] = async people => await people.Stranger.OutcomeAsync("POST", Root + "/api_key", ("x-api-key", await KeyAsync(people))),
        [24] = async people =>
        {
            var second = await people.AddAsync("Alan Admin", AccountRole.Admin);
            return await second.Bearer.CallAsync("POST", $"/api/v1/users/{people.Admin.Id.Text}/update/role", $$"""{"id":"{{people.Admin.Id.Text}}","role":"user"}""").OutcomeAsync();
        },
        [25] = async people =>
        {
            var outcomes = new List<string>();
            for (var i = 0; i < 6; i++)
            {
                outcomes.Add(await people.Stranger.SignInAsync($"nobody{i}@example.com", "wrong").OutcomeAsync());
            }

            Assert.All(outcomes[..5], outcome => Assert.Equal("400 wrong_credentials", outcome));
            return outcomes[^1];
        },
        [26] = async people =>
        {
            var outcomes = new HashSet<string>();
            for (var i = 0; i < 16; i++)
            {
                outcomes.Add(await people.Stranger.SignInAsync(people.User.Email, AccountSite.Password).OutcomeAsync());
            }

            return Assert.Single(outcomes);
        },
        [27] = async people =>
        {
            using var answer = await people.Stranger.GetAsync(ForUsers, []);
            Assert.NotEmpty((await answer.JsonAsync()).GetProperty("detail").GetString()!);
            return answer.Content.Headers.ContentType!.MediaType!;
        },
        [28] = async people => "200 " + string.Join(' ', await people.User.Bearer.ModelsAsync("/api/models")),
        [29] = async people =>
        {
            await people.Admin.Bearer.CallAsync("POST", ModelCalls.Path + "/create", """{"id":"guide","access_control":{} }""").OkAsync();
            return await people.User.Bearer.CallAsync("POST", "/api/chat/completions", """{"model":"guide","messages":[{"role":"user","content":"hi"}]}""").OutcomeAsync();
        },
        [30] = async people =>
        {
            await people.Admin.Bearer.CallAsync("POST", "/api/v1/prompts/create", """{"command":"/x","title":"x","content":"x","access_control":{}}""").OkAsync();
            return await people.User.Bearer.CallAsync("GET", "/api/v1/prompts/command/x", null).OutcomeAsync();
        },
        [31] = async people =>
        {
            await people.Admin.Bearer.CallAsync("POST", ModelCalls.Path + "/create", """{"id":"guide"}""").OkAsync();
            return await people.Admin.Bearer.CallAsync("POST", ModelCalls.Path + "/create", """{"id":"guide"}""").OutcomeAsync();
        },
    };

    public static TheoryData<int> Lines => [.. Table.Keys];

    [Fact]
    public void Lines_OfTheTable_AreAllAskedFor() => Assert.Equal(Asked.Keys.Order(), Table.Keys.Order());

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Line_AskedFor_AnswersAsTheTableSays(int line)
    {
        await using var people = await AccountSite.StartAsync(("ENABLE_API_KEYS", "true"), ("USER_PERMISSIONS_FEATURES_API_KEYS", "true"));
        Assert.Equal(Table[line], await Asked[line](people));
    }

    private static async Task<string> TokenAsync(Task<HttpResponseMessage> sending) =>
        "200 " + ((await sending.OkAsync()).TryGetProperty("token", out _) ? "token" : "no token");

    private static async Task<string> KeyAsync(AccountSite people, params string[] paths) =>
        (await people.Get<ApiKeys>().CreateAsync(people.User.Id, "k", null, paths, null, default))!.Value.Text;
}
