using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Prompts;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Chats;
using OpenWebUi.Tests.Files;
using OpenWebUi.Tests.Package;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Auth;

/// <summary>Every endpoint of the running site against every kind of caller, by the table <c>endpoints.txt</c>. A new endpoint without a line there fails.</summary>
public sealed partial class EndpointMatrixTests(EndpointMatrixTests.Sites sites) : IClassFixture<EndpointMatrixTests.Sites>
{
    private const string Table = "tests/OpenWebUi.Tests/Auth/endpoints.txt";

    /// <summary>The table's columns, in its order.</summary>
    private static readonly string[] Callers = ["stranger", "guest", "code", "pending", "user", "other", "admin", "key"];

    private static readonly Row[] Rows = [.. File.ReadLines(Path.Combine(PublishedPackage.Repository(), Table))
        .Where(line => line.Trim().Length > 0 && !line.StartsWith('#')).Select(Row.Parse)];

    public static TheoryData<string> Everybody => [.. Callers];

    [Fact]
    public void Endpoints_OfTheRunningSite_AreThoseOfTheTable()
    {
        var actual = sites.Accounts.Site.Services.GetRequiredService<EndpointDataSource>().Endpoints.Cast<RouteEndpoint>().Select(NameOf).ToList();
        Assert.Equal(actual.Distinct(), actual);
        var missing = actual.Except(Rows.Select(row => row.Name)).ToList();
        Assert.True(missing.Count == 0,
            $"These endpoints have no line in {Table}. Add one for each that says what every caller gets, in the order {string.Join(", ", Callers)}:\n{string.Join('\n', missing)}");
        var gone = Rows.Select(row => row.Name).Except(actual).ToList();
        Assert.True(gone.Count == 0, $"These lines of {Table} are of no endpoint. Remove them:\n{string.Join('\n', gone)}");
        Assert.Equal(Rows.Length, Rows.Select(row => row.Name).Distinct().Count());
    }

    [Fact]
    public void Endpoints_All_NameOneGate() =>
        Assert.All(sites.Accounts.Site.Services.GetRequiredService<EndpointDataSource>().Endpoints, endpoint => Assert.Single(endpoint.Metadata.GetOrderedMetadata<Gate>()));

    [Theory]
    [MemberData(nameof(Everybody))]
    public async Task Endpoints_AskedBy_AnswerAsTheTableSays(string who)
    {
        var faults = new List<string>();
        foreach (var row in Rows)
        {
            foreach (var method in row.Methods)
            {
                var path = await sites.PathAsync(row);
                using var request = await sites.RequestAsync(who, method, path, row.Body);
                using var answer = await sites.ClientOf(who).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                var (expected, status) = (row.Expected[Array.IndexOf(Callers, who)], (int)answer.StatusCode);
                var isOwner = who is "user" or "key" && row.Thing != "-";
                var isRight = expected == "in" ? status is not (401 or 403 or >= 500) && !(isOwner && status == 404) : $"{status}" == expected;
                if (!isRight)
                {
                    faults.Add($"{who} {method} {row.Route}: {status} instead of {expected}");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static string NameOf(RouteEndpoint endpoint)
    {
        var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } some ? string.Join(',', some) : "*";
        return $"{methods} /{endpoint.RoutePattern.RawText!.TrimStart('/')}";
    }

    /// <param name="Thing">What the address names: chat, folder, prompt, file, session, key, or - for nothing of anybody's.</param>
    internal sealed record Row(string Name, string Route, IReadOnlyList<string> Methods, string Thing, IReadOnlyList<string> Expected, string Body)
    {
        public static Row Parse(string line)
        {
            var parts = line.Split('|', 2);
            var words = parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(words.Length == 3 + Callers.Length && words[3..].All(word => word is "in" or "401" or "403" or "404"), $"{Table}: not a line of the table: {line}");
            string[] methods = words[0] == "*" ? ["POST"] : [.. words[0].Split(',').Where(method => method is not ("HEAD" or "OPTIONS"))];
            return new($"{words[0]} {words[1]}", words[1], methods, words[2], words[3..], parts.Length == 2 ? parts[1].Trim() : "{}");
        }
    }

    /// <summary>A site with accounts and one with codes; the tests leave people and things behind, but nothing that the next one meets.</summary>
    public sealed partial class Sites : IAsyncLifetime
    {
        private const string Code = "right";
        private TestSite _codes = null!;
        private string _pass = "";
        private string _key = "";

        internal AccountSite Accounts { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Accounts = await AccountSite.StartAsync(("ENABLE_API_KEYS", "true"), ("USER_PERMISSIONS_FEATURES_API_KEYS", "true"));
            _codes = await TestSite.StartAsync(("CODE", Code));
            _pass = await _codes.Client.PassAsync(Code);
            _key = (await Accounts.Get<ApiKeys>().CreateAsync(Accounts.User.Id, "caller", null, [], null, default))!.Value.Text;
        }

        public async Task DisposeAsync()
        {
            await Accounts.DisposeAsync();
            await _codes.DisposeAsync();
        }

        internal HttpClient ClientOf(string who) => who is "guest" or "code" ? _codes.Client : Accounts.Stranger;

        internal async Task<HttpRequestMessage> RequestAsync(string who, string method, string path, string body)
        {
            var request = new HttpRequestMessage(new(method), path);
            if (method is not "GET")
            {
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            }

            switch (who)
            {
                case "stranger":
                    break;
                case "guest":
                    request.Headers.Add("Cookie", $"{AccessCalls.CookieName}={_pass}");
                    break;
                case "code":
                    request.Headers.Authorization = new("Bearer", "nk-" + Code);
                    break;
                case "key":
                    request.Headers.Authorization = new("Bearer", _key);
                    break;
                default:
                    // A session of its own for each call: some of them end it.
                    request.Headers.Authorization = new("Bearer", await TokenAsync(who));
                    break;
            }

            return request;
        }

        /// <summary>The address, with names of things that there are just now, and that are the user's.</summary>
        internal async Task<string> PathAsync(Row row)
        {
            var path = Tree().Replace(row.Route, row.Route switch
            {
                "/{**path}" or "/api/{**path}" => "nothing/here",
                "/ollama/api/{**path}" => "chat",
                _ => "chat/completions",
            });
            var id = row.Thing switch
            {
                "chat" => await Accounts.Stranger.NewAsync(ChatCalls.Blob, ("Authorization", "Bearer " + await TokenAsync("user"))),
                "folder" => (string)(await Accounts.Stranger.CallAsync("POST", "/api/v1/folders", $$"""{"name":"{{Guid.NewGuid()}}"}""", ("Authorization", "Bearer " + await TokenAsync("user"))).JsonOfAsync())["id"]!,
                "prompt" => await NewPromptAsync(),
                "file" => (await Accounts.Get<FileStore>().AddAsync(OwnerId.OfAccount(Accounts.User.Id), "a.gif", new MemoryStream(FileCalls.Gif), null, default)).File!.Id.Text,
                "session" => (await BeginAsync(Accounts.User)).Session.Id,
                "key" => (await Accounts.Get<ApiKeys>().CreateAsync(Accounts.User.Id, "thing", null, [], key => key.Name == "thing", default))!.Value.Key.Id,
                "-" => "9d2f7b1e-6a43-4a57-8f0a-0d5b6c7e8f90",
                _ => throw new InvalidOperationException($"{Table}: nobody knows how to make a {row.Thing}. Say it here."),
            };
            return Parameter().Replace(path.Replace("{index:int}", "0", StringComparison.Ordinal).Replace("{mid}", "a2", StringComparison.Ordinal), id);
        }

        private async Task<string> NewPromptAsync()
        {
            var command = $"p{Guid.NewGuid():N}";
            Assert.True(await Accounts.Get<PromptStore>().PutAsync(
                new Prompt(command, "x", "x", Readers.Nobody, OwnerId.OfAccount(Accounts.User.Id), DateTimeOffset.UnixEpoch), default));
            return command;
        }

        private async Task<string> TokenAsync(string who) => (await BeginAsync(who switch
        {
            "pending" => Accounts.Pending,
            "user" => Accounts.User,
            "other" => Accounts.Other,
            _ => Accounts.Admin,
        })).Token;

        private async Task<SessionGrant> BeginAsync(Person person) =>
            (await Accounts.Get<Sessions>().BeginAsync(person.Id, "Test", "password", null, null, default))!;

        [GeneratedRegex(@"\{\*\*path\}", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
        private static partial Regex Tree();

        [GeneratedRegex(@"\{[a-z_]+\}", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
        private static partial Regex Parameter();
    }
}
