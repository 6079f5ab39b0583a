using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.Files;

namespace OpenWebUi.Tests.Chats;

/// <summary>
/// Every route that names a chat, a folder, a share, a tag or a file, asked by somebody whose it is not: 404, and nothing has changed. A route that
/// is added without a line here fails.
/// </summary>
public sealed partial class OtherPeoplesThingsTests
{
    /// <summary>
    /// <c>method path [body]</c>. <c>{chat}</c>, <c>{folder}</c>, <c>{file}</c>, <c>{share}</c> are somebody else's, <c>{own}</c> and <c>{ownFolder}</c> the caller's;
    /// messages <c>u1</c> and <c>a4</c> stand in <c>{chat}</c> only.
    /// </summary>
    private const string Table = """
        GET    /api/v1/chats/{chat}
        POST   /api/v1/chats/{chat} {"chat":{"title":"x"}}
        POST   /api/v1/chats/{own} {"chat":{"history":{"currentId":"a4"}}}
        GET    /api/v1/chats/{chat}/branch
        GET    /api/v1/chats/{own}/branch?leaf=a4
        GET    /api/v1/chats/{chat}/pinned
        POST   /api/v1/chats/{chat}/pin
        POST   /api/v1/chats/{chat}/archive
        POST   /api/v1/chats/{chat}/clone {}
        POST   /api/v1/chats/{chat}/messages/a4 {"content":"x"}
        POST   /api/v1/chats/{own}/messages/a4 {"content":"x"}
        DELETE /api/v1/chats/{chat}/messages/a4
        POST   /api/v1/chats/{chat}/messages/a4/seen {"content":"x","reasoning":""}
        GET    /api/v1/chats/{chat}/messages/a4/stream
        POST   /api/v1/chats/{chat}/messages/a4/stop
        DELETE /api/v1/chats/{chat}
        POST   /api/v1/chats/{chat}/restore
        POST   /api/v1/chats/{chat}/share
        DELETE /api/v1/chats/{chat}/share
        POST   /api/v1/chats/{chat}/clone/shared
        GET    /api/v1/chats/share/{chat}
        POST   /api/v1/chats/{share}/share
        DELETE /api/v1/chats/{share}/share
        GET    /api/v1/chats/folder/{folder}
        GET    /api/v1/chats/folder/{folder}/list
        POST   /api/v1/chats/{chat}/folder {"folder_id":null}
        POST   /api/v1/chats/{chat}/folder {"folder_id":"{ownFolder}"}
        POST   /api/v1/chats/{own}/folder {"folder_id":"{folder}"}
        GET    /api/v1/chats/{chat}/tags
        POST   /api/v1/chats/{chat}/tags {"name":"mine"}
        DELETE /api/v1/chats/{chat}/tags {"name":"secret"}
        DELETE /api/v1/chats/{chat}/tags/all
        GET    /api/v1/folders/{folder}
        POST   /api/v1/folders {"name":"x","parent_id":"{folder}"}
        POST   /api/v1/folders/{folder}/update {"name":"x"}
        POST   /api/v1/folders/{folder}/update/parent {"parent_id":null}
        POST   /api/v1/folders/{ownFolder}/update/parent {"parent_id":"{folder}"}
        POST   /api/v1/folders/{folder}/update/expanded {"is_expanded":true}
        DELETE /api/v1/folders/{folder}?delete_contents=true
        GET    /api/v1/files/{file}
        GET    /api/v1/files/{file}/content
        DELETE /api/v1/files/{file}
        GET    /api/tasks/chat/{chat}
        POST   /api/tasks/stop/{chat}:a4
        POST   /api/chat/completions {"model":"echo","stream":true,"chat_id":"{chat}","parent_id":"a4","user_message":{"id":"n","content":"x"}}
        POST   /api/chat/completions {"model":"echo","stream":true,"chat_id":"{own}","parent_id":"a4","user_message":{"id":"n","content":"x"}}
        POST   /api/chat/completions {"model":"echo","stream":true,"folder_id":"{folder}","parent_id":null,"user_message":{"id":"n","content":"x"}}
        """;

    /// <summary>Routes of these trees with a parameter that are everybody's: a share is read by whoever has its link.</summary>
    private static readonly string[] Public = ["/api/v1/chats/share/{share}"];

    [Fact]
    public async Task OtherPeoplesThings_NamedAnywhere_AreNotThere()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await AccountSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-secret"));
        var (user, other) = (site.User.Bearer, site.Other.Bearer);
        var things = new Dictionary<string, string>
        {
            ["chat"] = await user.NewAsync(),
            ["folder"] = await FolderAsync(user),
            ["file"] = await FileCalls.UploadedAsync(user),
            ["own"] = await other.NewAsync("""{"history":{"messages":{"o1":{"role":"user","content":"mine"}}}}"""),
            ["ownFolder"] = await FolderAsync(other),
        };
        await user.SendJsonAsync($"/{things["chat"]}/folder", new JsonObject { ["folder_id"] = things["folder"] }).JsonOfAsync();
        await user.SendJsonAsync($"/{things["chat"]}/tags", new JsonObject { ["name"] = "secret" }).JsonOfAsync();
        things["share"] = (string)(await user.SendJsonAsync($"/{things["chat"]}/share", null).JsonOfAsync())["share_id"]!;
        var before = await EverythingAsync(user);
        var (lines, faults) = (Table.Split('\n', StringSplitOptions.RemoveEmptyEntries), new List<string>());
        foreach (var who in (HttpClient[])[other, site.Admin.Bearer])
        {
            foreach (var line in lines.Where(line => who == other || !line.Contains("{own", StringComparison.Ordinal)))
            {
                var parts = Fill(line, things).Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
                using var answer = await who.CallAsync(parts[0], parts[1], parts.ElementAtOrDefault(2));
                if (answer.StatusCode != HttpStatusCode.NotFound)
                {
                    faults.Add($"{line}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.Equal(before, await EverythingAsync(user));
        Assert.Empty((await other.ReadAsync("/all/tags")).AsArray());
        Assert.Empty((await other.SendJsonAsync("/tags", new JsonObject { ["name"] = "secret" }).JsonOfAsync()).AsArray());
        foreach (var text in (string[])["lisbon", "tag:secret", "folder:work", "shared:true"])
        {
            Assert.Empty((await other.ReadAsync("/search?text=" + text)).AsArray());
        }
    }

    [Fact]
    public async Task Routes_OfThingsWithAnOwner_AreAllInTheTable()
    {
        await using var site = await AccountSite.StartAsync();
        var asked = Table.Split('\n').Select(line => line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries)).Select(parts => ShapeOf(parts[0], parts[1].Split('?')[0])).ToHashSet();
        var missing = site.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => (Path: "/" + endpoint.RoutePattern.RawText!.Trim('/'), Methods: endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []))
            .Where(route => OwnedTrees().IsMatch(route.Path) && !Public.Contains(route.Path))
            .SelectMany(route => route.Methods.Where(method => method is not ("HEAD" or "OPTIONS")).Select(method => ShapeOf(method, route.Path)))
            .Where(shape => !asked.Contains(shape)).ToList();
        Assert.True(missing.Count == 0, "Routes that name something with an owner and have no line in the table:\n" + string.Join('\n', missing));
    }

    private static async Task<string> FolderAsync(HttpClient client) =>
        (string)(await client.CallAsync("POST", "/api/v1/folders/", """{"name":"Work"}""").JsonOfAsync())["id"]!;

    private static async Task<string> EverythingAsync(HttpClient client) => string.Join('\n',
        (await client.ReadAsync("/all")).ToJsonString(), (await client.ReadAsync("/all/tags")).ToJsonString(),
        (await client.CallAsync("GET", "/api/v1/folders/", null).JsonOfAsync()).ToJsonString(), (await client.CallAsync("GET", "/api/v1/files/", null).JsonOfAsync()).ToJsonString());

    private static string Fill(string line, Dictionary<string, string> things) => things.Aggregate(line, (text, thing) => text.Replace($"{{{thing.Key}}}", thing.Value, StringComparison.Ordinal));

    /// <summary>A method and a path whose ids are all alike: those of the table are called by what they are, those of routes by their parameters.</summary>
    private static string ShapeOf(string method, string path) => method + " " + Ids().Replace(path.TrimEnd('/'), "{}");

    [GeneratedRegex(@"\{[^}]*\}(:a4)?|(?<=/messages/)a4", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ids();

    [GeneratedRegex(@"^/api/(v1/(chats|folders|files)|tasks)/.*\{", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OwnedTrees();
}
