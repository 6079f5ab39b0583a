using System.Text.Json.Nodes;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Files;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Turns;

/// <summary>What a model is told of the files that a question names, and what is stored of them.</summary>
public sealed class FileTurnTests
{
    private const string Quiet = """ "background_tasks":{"title_generation":false} """;

    private static readonly string GifUrl = "data:image/gif;base64," + Convert.ToBase64String(FileCalls.Gif);

    [Fact]
    public async Task Turn_WithAPictureAndAText_TellsTheModelBothAndStoresReferences()
    {
        await using var site = await TurnSite.StartAsync();
        var picture = await FileCalls.UploadedAsync(site.Client, "sun.gif");
        var text = await FileCalls.UploadedAsync(site.Client, "code.md", "a ``` b"u8.ToArray());
        await using var turn = await (await site.TurnAsync(
            $$"""{"parent_id":null,"user_message":{"id":"u1","content":"What is this?","files":[{"type":"image","id":"{{picture}}"},{"type":"file","url":"/api/v1/files/{{text}}"},{"type":"note","id":"mine"}]},{{Quiet}} }""")).ReadToEndAsync();
        Assert.Equal("done", turn.State);
        var content = (await site.Script.AskedAsync()).Request.Json!["messages"]![0]!["content"]!.AsArray();
        Assert.Equal(
            $$$"""[{"type":"text","text":"File: code.md\n````\na ``` b\n````"},{"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"{{{GifUrl}}}"}}]""",
            content.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));

        var files = JsonNode.Parse((await site.MessageAsync(turn.ChatId, "u1")).Extra!)!["files"]!.AsArray();
        Assert.Equal(
            $$"""[{"type":"image","id":"{{picture}}","url":"/api/v1/files/{{picture}}/content","name":"sun.gif","size":{{FileCalls.Gif.Length}},"content_type":"image/gif"},{"type":"file","url":"/api/v1/files/{{text}}/content","id":"{{text}}","name":"code.md","size":7,"content_type":"text/markdown"},{"type":"note","id":"mine"}]""",
            files.ToJsonString());

        // The next turn is told of them again; without its picture, a text alone stays a string.
        Assert.True((await site.Client.DeleteAsync(FileCalls.Root + picture)).IsSuccessStatusCode);
        await using var next = await (await site.NextAsync(turn, "and?", "u2")).ReadToEndAsync();
        content = (await site.Script.AskedAsync()).Request.Json!["messages"]![0]!["content"]!.AsArray();
        Assert.Equal("[Picture \"sun.gif\" is not there any more.]", (string)content[2]!["text"]!);
    }

    [Fact]
    public async Task Turn_WithATextAlone_IsToldAsAString()
    {
        await using var site = await TurnSite.StartAsync();
        var text = await FileCalls.UploadedAsync(site.Client, "a.csv", "1,2\n"u8.ToArray());
        await using var turn = await (await site.TurnAsync(
            $$"""{"parent_id":null,"user_message":{"id":"u1","content":"Sum?","files":[{"type":"file","id":"{{text}}"}]},{{Quiet}} }""")).ReadToEndAsync();
        Assert.Equal(["user: File: a.csv\n```\n1,2\n```\n\nSum?"], (await site.Script.AskedAsync()).Prompt);
    }

    [Theory]
    [InlineData("""{"content":[{"type":"text","text":"See"},{"type":"image_url","image_url":{"url":"DATA"}}]}""")]
    [InlineData("""{"content":"See","files":[{"type":"image","url":"DATA"}]}""")]
    public async Task Turn_WithADataUrl_KeepsItAsAFile(string message)
    {
        await using var site = await TurnSite.StartAsync();
        await using var turn = await (await site.TurnAsync(
            $$"""{"parent_id":null,"user_message":{{message.Replace("DATA", GifUrl, StringComparison.Ordinal)}},{{Quiet}} }""")).ReadToEndAsync();
        var content = (await site.Script.AskedAsync()).Request.Json!["messages"]![0]!["content"]!.AsArray();
        Assert.Equal(("See", GifUrl), ((string)content[0]!["text"]!, (string)content[1]!["image_url"]!["url"]!));

        var stored = (await site.MessagesAsync(turn.ChatId)).Single(m => m.IsUser);
        Assert.DoesNotContain("base64", stored.Extra, StringComparison.Ordinal);
        var file = Assert.Single(MessageFiles.NamedIn(stored.Extra));
        Assert.Equal(FileCalls.Gif, await site.Client.GetByteArrayAsync(file.Address));
    }

    /// <summary>What is no picture of a kind that is taken goes on as it was sent: a provider may know it.</summary>
    [Fact]
    public async Task Turn_WithADataUrlOfAnotherKind_IsPassedAsItIs()
    {
        await using var site = await TurnSite.StartAsync();
        await using var turn = await (await site.TurnAsync(
            $$"""{"parent_id":null,"user_message":{"content":[{"type":"image_url","image_url":{"url":"data:image/bmp;base64,Qk0="} }]},{{Quiet}} }""")).ReadToEndAsync();
        Assert.Contains("data:image/bmp;base64,Qk0=", (await site.Script.AskedAsync()).Request.BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Turn_WithAFileThatIsNotTheirs_IsRefusedAndNotStored()
    {
        await using var site = await TurnSite.StartAsync();
        await using var first = await (await site.NewChatAsync()).ReadToEndAsync();
        using var answer = await site.SendAsync(
            $$"""{"chat_id":"{{first.ChatId}}","parent_id":"{{first.AnswerId}}","user_message":{"id":"u9","content":"x","files":[{"type":"image","id":"{{Guid.NewGuid()}}","name":"a.png"}]} }""");
        Assert.Equal(422, (int)answer.StatusCode);
        var error = (await answer.JsonAsync()).GetProperty("error");
        Assert.Equal(("file_not_found", "user_message.files"), (error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        Assert.Equal(2, (await site.MessagesAsync(first.ChatId)).Count);
    }

    /// <summary>Ten pictures, or ten megabytes of them, go along at once, the newest first; what is left out is said.</summary>
    [Fact]
    public async Task Context_WithMoreThanFits_LeavesTheOldestOut()
    {
        await using var site = await TurnSite.StartAsync(("CHAT_CONTEXT_TOKENS", "1000"));
        var old = await FileCalls.UploadedAsync(site.Client, "old.gif");
        var text = await FileCalls.UploadedAsync(site.Client, "long.txt", Enumerable.Repeat((byte)'a', 40_000).ToArray());
        await using var first = await (await site.TurnAsync(
            $$"""{"parent_id":null,"user_message":{"id":"u1","content":"one","files":[{"type":"image","id":"{{old}}"},{"type":"file","id":"{{text}}"}]},{{Quiet}} }""")).ReadToEndAsync();
        var content = (await site.Script.AskedAsync()).Request.Json!["messages"]![0]!["content"]!.AsArray();
        Assert.Matches("The file goes on here: only its first 4000 of 40000 characters fit", (string)content[0]!["text"]!);
        Assert.StartsWith("data:image/gif;base64,", (string)content[2]!["image_url"]!["url"]!, StringComparison.Ordinal);

        var newer = new List<string>();
        while (newer.Count < ContextRoom.MaxImages)
        {
            newer.Add($$"""{"type":"image","id":"{{await FileCalls.UploadedAsync(site.Client)}}"}""");
        }

        await using var second = await (await site.TurnAsync(
            $$"""{"chat_id":"{{first.ChatId}}","parent_id":"{{first.AnswerId}}","user_message":{"id":"u2","content":"two","files":[{{string.Join(',', newer)}},{"type":"file","id":"{{text}}"}]},{{Quiet}} }""")).ReadToEndAsync();
        var messages = (await site.Script.AskedAsync()).Request.Json!["messages"]!.AsArray();
        Assert.Equal(
            ("[File \"long.txt\" is left out here: newer text takes the room that there is.]\n\none\n\n[Picture \"old.gif\" is left out here: newer ones take the room that there is.]", 12),
            (string.Join("\n\n", messages[0]!["content"]!.AsArray().Select(part => (string)part!["text"]!)), messages[2]!["content"]!.AsArray().Count));
        Assert.Equal("done", second.State);
    }

    [Fact]
    public async Task Turn_ToAnthropic_SendsThePictureInItsWords()
    {
        await using var stub = await OpenWebUi.StubProvider.StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("ANTHROPIC_URL", stub.OllamaUrl), ("ANTHROPIC_API_KEY", "sk-ant-x"));
        var picture = await FileCalls.UploadedAsync(site.Client);
        using var body = new StringContent($$"""{"model":"echo","stream":true,"parent_id":null,"user_message":{"content":"See","files":[{"type":"image","id":"{{picture}}"}]},{{Quiet}} }""");
        using var answer = await site.Client.PostAsync("/api/chat/completions", body);
        Assert.EndsWith("data: [DONE]\n\n", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var asked = Assert.Single(stub.Requests, request => request.Path.EndsWith("/messages", StringComparison.Ordinal));
        var source = asked.Json!["messages"]![0]!["content"]!.AsArray()[^1]!["source"]!;
        Assert.Equal(("base64", "image/gif", Convert.ToBase64String(FileCalls.Gif)), ((string)source["type"]!, (string)source["media_type"]!, (string)source["data"]!));
    }
}
