using System.Text.Json.Nodes;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Folders;
using OpenWebUi.Tests.Platform.Azure;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Chats;

/// <summary>Somebody comes with years of chats: they come in, are listed and found, and go out as they came.</summary>
public sealed class ManyChatsTests
{
    private const int Turns = 100;

    /// <summary>As the page sends them.</summary>
    private const int AtOnce = 20;

    /// <summary>Of a search, until its first hits are there.</summary>
    private const int MaxVerbs = 60;

    [Theory]
    [InlineData("SQLite", 500)]
    [InlineData("Azurite", 45)]
    public async Task YearsOfChats_ImportedListedSearchedAndExported_AreAllThere(string store, int count)
    {
        using var azurite = store == "Azurite" ? await AzuriteServer.StartAsync() : null;
        CountingRows? counts = null;
        await using var site = await TestSite.StartAsync(TimeProvider.System, rows => counts = new CountingRows(rows), FolderTests.EnvironmentOf(azurite));
        var client = site.Client;
        for (var i = 0; i < count; i += AtOnce)
        {
            Assert.Equal(Math.Min(AtOnce, count - i), await ImportAsync(client, i, Math.Min(AtOnce, count - i), "imported"));
        }

        // Again: a part of it, so that what is here is left out.
        Assert.Equal(AtOnce, await ImportAsync(client, 0, AtOnce, "known"));

        var listed = (await client.ReadAsync("/?include_pinned=true")).AsArray().Concat((await client.ReadAsync("/archived")).AsArray());
        Assert.Equal(Titles(count), listed.Select(line => (string)line!["title"]!).Distinct().Order(StringComparer.Ordinal));

        // A word of one title, a word of every text, a word of the middle of the newest chat.
        foreach (var (text, hits) in ((string, int)[])[($"Chat-{count - 1:D3}", 1), ("everywhere", 30), ($"middle-{count - 1:D3}", 1)])
        {
            counts!.Reset();
            var found = await FirstHitsAsync(client, text);
            Assert.True(found.Count >= Math.Min(hits, count) && counts.Traffic.Verbs <= MaxVerbs, $"{text}: {found.Count} hits, {counts.Log}");
        }

        var exported = new Dictionary<string, JsonNode>();
        string? after = null;
        do
        {
            using var answer = await client.GetAsync($"{ChatCalls.Root}/all?limit={AtOnce}{(after is null ? "" : "&after=" + after)}");
            foreach (var row in JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray())
            {
                exported.Add((string)row!["title"]!, row);
            }

            after = answer.Header("x-openwebui-next");
        }
        while (after is not null);
        Assert.Equal(count, exported.Count);
        for (var i = 0; i < count; i++)
        {
            var row = ChatOf(i);
            row.Remove("id");
            AssertHolds(row, exported[(string)row["title"]!], $"chat {i}");
        }
    }

    private static async Task<int> ImportAsync(HttpClient client, int from, int count, string outcome)
    {
        var chats = new JsonArray([.. Enumerable.Range(from, count).Select(ChatOf)]);
        var report = await client.SendJsonAsync("/import?report=true&known=skip", new JsonObject { ["chats"] = chats }).JsonOfAsync();
        Assert.Empty(report["failed"]!.AsArray());
        return report[outcome]!.AsArray().Count;
    }

    /// <summary>Stretches until the first that finds something.</summary>
    private static async Task<JsonArray> FirstHitsAsync(HttpClient client, string text)
    {
        for (var at = ""; at is not null;)
        {
            using var answer = await client.GetAsync($"{ChatCalls.Root}/search?text={text}&after={at}");
            var hits = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray();
            if (hits.Count > 0)
            {
                return hits;
            }

            at = answer.Header("x-openwebui-next");
        }

        return [];
    }

    /// <summary>A hundred questions with their answers, the last with two, and fields that nobody knows.</summary>
    private static JsonObject ChatOf(int i)
    {
        var messages = new JsonObject();
        for (var at = 0; at <= Turns * 2; at++)
        {
            var isUser = at % 2 == 0 && at < Turns * 2;
            // The last is another answer to the last question.
            var parent = at == Turns * 2 ? at - 2 : at - 1;
            var message = new JsonObject
            {
                ["parentId"] = at == 0 ? null : $"m{parent}", ["role"] = isUser ? "user" : "assistant", ["timestamp"] = 1_700_000_000 + (i * 1_000) + at,
                ["content"] = at == Turns ? $"In the middle-{i:D3} it stands everywhere." : $"{(isUser ? "Question" : "Answer")} {at} of chat {i}: é 🙂 " + new string('x', 80),
                ["x"] = new JsonArray(at, "kept"),
            };
            if (!isUser)
            {
                message["model"] = "m-" + (i % 3);
            }

            messages[$"m{at}"] = message;
        }

        var title = $"Chat-{i:D3}";
        return new JsonObject
        {
            ["id"] = $"there-{i}", ["title"] = title, ["created_at"] = 1_700_000_000 + (i * 1_000), ["updated_at"] = 1_700_000_500 + (i * 1_000),
            ["pinned"] = i % 50 == 1, ["archived"] = i % 70 == 2, ["meta"] = new JsonObject { ["tags"] = new JsonArray("moved"), ["other"] = i },
            ["chat"] = new JsonObject
            {
                ["title"] = title, ["models"] = new JsonArray("m-" + (i % 3)), ["params"] = new JsonObject { ["temperature"] = 0.5 }, ["ours"] = new JsonObject { ["deep"] = i },
                ["history"] = new JsonObject { ["currentId"] = $"m{Turns * 2}", ["messages"] = messages },
            },
        };
    }

    private static IEnumerable<string> Titles(int count) => Enumerable.Range(0, count).Select(i => $"Chat-{i:D3}");

    /// <summary>All that was sent is in what came, however much came besides.</summary>
    private static void AssertHolds(JsonNode? sent, JsonNode? got, string place)
    {
        switch (sent)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields)
                {
                    AssertHolds(value, (got as JsonObject)?[name], $"{place}.{name}");
                }

                break;
            case JsonArray items when got is JsonArray all && all.Count == items.Count:
                for (var i = 0; i < items.Count; i++)
                {
                    AssertHolds(items[i], all[i], $"{place}[{i}]");
                }

                break;
            default:
                Assert.True(JsonNode.DeepEquals(sent, got), $"{place}: {sent?.ToJsonString()} became {got?.ToJsonString()}");
                break;
        }
    }
}
