using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Turns;

/// <summary>The product in open mode with a scripted provider, and a look into its store.</summary>
internal sealed class TurnSite : IAsyncDisposable
{
    public static readonly OwnerId Owner = OwnerId.Local;

    private readonly bool _isTwin;

    private TurnSite(StubServer stub, ProviderScript script, TestSite site, FaultyRows rows, CountingRows counts, bool isTwin) =>
        (Stub, Script, Site, Rows, Counts, _isTwin) = (stub, script, site, rows, counts, isTwin);

    public StubServer Stub { get; }

    public ProviderScript Script { get; }

    public TestSite Site { get; }

    public FaultyRows Rows { get; }

    public CountingRows Counts { get; }

    public HttpClient Client => Site.Client;

    public static Task<TurnSite> StartAsync(params (string Name, string Value)[] environment) => StartAsync(TimeProvider.System, environment);

    public static async Task<TurnSite> StartAsync(TimeProvider time, params (string Name, string Value)[] environment)
    {
        var script = new ProviderScript();
        var stub = await StubServer.StartAsync();
        stub.Behavior = script.Behavior;
        FaultyRows? faults = null;
        CountingRows? counts = null;
        var site = await TestSite.StartAsync(time, inner => faults = new(counts = new(inner)), [("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-secret"), .. environment]);
        _ = site.Services.GetRequiredService<RowStore>();
        return new(stub, script, site, faults!, counts!, isTwin: false);
    }

    /// <summary>Another instance on the same store and provider.</summary>
    public async Task<TurnSite> StartTwinAsync()
    {
        FaultyRows? faults = null;
        CountingRows? counts = null;
        var twin = await Site.StartTwinAsync(inner => faults = new(counts = new(inner)));
        _ = twin.Services.GetRequiredService<RowStore>();
        return new(Stub, Script, twin, faults!, counts!, isTwin: true);
    }

    /// <summary>Sends a turn: the fields of <paramref name="body"/> beside model and stream.</summary>
    public async Task<HttpResponseMessage> SendAsync(string body, params (string Name, string Value)[] headers)
    {
        var fields = JsonNode.Parse(body)!.AsObject();
        fields.TryAdd("model", "echo");
        fields.TryAdd("stream", true);
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat/completions") { Content = new StringContent(fields.ToJsonString(), Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Posts a body as it is.</summary>
    public async Task<HttpResponseMessage> SendTextAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await Client.SendAsync(request);
    }

    public async Task<AnswerReading> TurnAsync(string body, int from = 0) => await AnswerReading.OfAsync(await SendAsync(body), from);

    public Task<AnswerReading> NewChatAsync(string text = "hi", string id = "u1") =>
        TurnAsync($$"""{"parent_id":null,"user_message":{"id":"{{id}}","content":{{JsonSerializer.Serialize(text)}} },"background_tasks":{"title_generation":false} }""");

    public Task<AnswerReading> NextAsync(AnswerReading before, string text, string id) =>
        TurnAsync($$"""{"chat_id":"{{before.ChatId}}","parent_id":"{{before.AnswerId}}","user_message":{"id":"{{id}}","content":"{{text}}" },"background_tasks":{"title_generation":false} }""");

    public async Task<AnswerReading> FollowAsync(AnswerReading of, int from = 0) => await AnswerReading.OfAsync(
        await Client.GetAsync($"/api/v1/chats/{of.ChatId}/messages/{of.AnswerId}/stream?from={from}", HttpCompletionOption.ResponseHeadersRead), from);

    public async Task<JsonElement> StopAsync(AnswerReading of)
    {
        using var answer = await Client.PostAsync($"/api/v1/chats/{of.ChatId}/messages/{of.AnswerId}/stop", null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    public async Task<IReadOnlyList<string>> TasksAsync(string chat)
    {
        using var document = JsonDocument.Parse(await Client.GetStringAsync($"/api/tasks/chat/{chat}"));
        return [.. document.RootElement.GetProperty("task_ids").EnumerateArray().Select(t => t.GetString()!)];
    }

    public T Get<T>()
        where T : notnull => Site.Services.GetRequiredService<T>();

    public async Task<Message> MessageAsync(string chat, string id)
    {
        var message = await Get<MessageStore>().GetAsync(Owner, new(chat), new MessageId(id), default);
        Assert.NotNull(message);
        return message;
    }

    public Task<Message> MessageAsync(AnswerReading of) => MessageAsync(of.ChatId, of.AnswerId);

    public async Task<Chat> ChatAsync(string id)
    {
        var chat = await Get<ChatStore>().GetAsync(Owner, new(id), default);
        Assert.NotNull(chat);
        return chat;
    }

    /// <summary>The rows of running answers: leases and checkpoints.</summary>
    public async Task<List<string>> RunRowsAsync(string chat) => await RowsAsync(ChatRows.Runs(new(chat)));

    public async Task<List<string>> RowsAsync(string prefix)
    {
        var keys = new List<string>();
        await foreach (var row in Get<RowStore>().QueryAllAsync(ChatRows.Table, Owner.Text, RowRange.Prefix(prefix), default))
        {
            keys.Add(row.Key.Row);
        }

        return keys;
    }

    public Task<List<Message>> MessagesAsync(string chat) => Get<MessageStore>().ReadAllAsync(Owner, new(chat), default);

    /// <summary>Waits, bounded, for what another thread is about to do.</summary>
    public static async Task EventuallyAsync(Func<Task<bool>> holds, string what)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await holds())
        {
            Assert.False(limit.IsCancellationRequested, what);
            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Site.DisposeAsync();
        if (!_isTwin)
        {
            await Stub.DisposeAsync();
        }
    }
}
