using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace OpenWebUi.Tests.Survival;

/// <summary>
/// One answer as a page has it: it begins the turn, keeps what it saw with its sequence, follows on from there, gives back
/// what a killed instance had not kept, and goes on. Every event's id must be the sequence after it.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The client is the caller's.")]
internal sealed class ChatPage(HttpClient http, string question)
{
    private readonly StringBuilder _content = new();
    private readonly StringBuilder _reasoning = new();
    private (int Sequence, TaskCompletionSource Reached)? _goal;

    /// <summary>Whoever answers now: another one after a kill.</summary>
    public HttpClient Http { get; set; } = http;

    public string Question => question;

    public string UserMessage { get; init; } = Guid.NewGuid().ToString();

    public string Answer { get; private init; } = Guid.NewGuid().ToString();

    /// <summary>Known since the turn was acknowledged.</summary>
    public string? Chat { get; private set; }

    public string Content => _content.ToString();

    public string Reasoning => _reasoning.ToString();

    public int Sequence { get; private set; }

    /// <summary>How the answer ended as far as the page was told; null: it was not.</summary>
    public string? State { get; private set; }

    /// <summary>What the server said it has, when it said how the answer ended.</summary>
    public int StoredSequence { get; private set; }

    /// <summary>Which server behind a proxy answered last (X-Upstream).</summary>
    public string? Upstream { get; private set; }

    /// <summary>Completes at the first piece.</summary>
    public TaskCompletionSource FirstPiece { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a server has taken the turn.</summary>
    public TaskCompletionSource Acknowledged { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Until this completes, nothing is read of what is sent after an answer's head.</summary>
    public Task Awake { get; init; } = Task.CompletedTask;

    /// <summary>Another page on the same answer, which has seen nothing yet.</summary>
    public ChatPage Beside(HttpClient other) => new(other, question) { UserMessage = UserMessage, Answer = Answer, Chat = Chat };

    /// <summary>Completes when the page has seen so much.</summary>
    public Task ReachAsync(int sequence)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _goal = (sequence, reached);
        return reached.Task;
    }

    /// <summary>Sends the turn and reads until the answer, or the connection, is over.</summary>
    public Task BeginAsync(string? chat = null, string? parent = null, CancellationToken leaving = default) => PostAsync(new()
    {
        ["model"] = "m",
        ["stream"] = true,
        ["chat_id"] = chat,
        ["parent_id"] = parent,
        ["id"] = Answer,
        ["user_message"] = new JsonObject { ["id"] = UserMessage, ["content"] = question },
        ["background_tasks"] = new JsonObject { ["title_generation"] = false },
    }, leaving);

    public async Task FollowAsync(CancellationToken leaving = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"/api/v1/chats/{Chat}/messages/{Answer}/stream?from={Sequence}"));
        await ReadAsync(request, leaving);
    }

    /// <summary>Gives back what it saw of an interrupted answer. False on a server without that route.</summary>
    public async Task<bool> GiveBackAsync()
    {
        using var answer = await Http.PostAsync($"/api/v1/chats/{Chat}/messages/{Answer}/seen",
            Json(new() { ["content"] = Content, ["reasoning"] = Reasoning }));
        if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            return false;
        }

        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        StoredSequence = (int)JsonNode.Parse(text)!["sequence"]!;
        return true;
    }

    /// <summary>Goes on with an interrupted answer. What the server had not kept is forgotten here, because it is said again.</summary>
    public Task ContinueAsync()
    {
        Forget(StoredSequence);
        return PostAsync(new() { ["model"] = "m", ["stream"] = true, ["chat_id"] = Chat, ["id"] = Answer, ["continue"] = true, ["sequence"] = StoredSequence }, default);
    }

    /// <summary>Whatever breaks, until the answer has an end: the turn is sent again while nobody acknowledged it, else followed.</summary>
    public async Task InsistAsync(Func<Task>? again = null)
    {
        for (var tries = 0; State is null; tries++)
        {
            Assert.True(tries < 200, "The answer does not come to an end.");
            await (tries > 0 && again is not null ? again() : Task.CompletedTask);
            await (Chat is null ? BeginAsync() : FollowAsync());
        }
    }

    private async Task PostAsync(JsonObject body, CancellationToken leaving)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat/completions") { Content = Json(body) };
        await ReadAsync(request, leaving);
    }

    /// <summary>A connection that breaks is no failure: the page then knows what it knows.</summary>
    private async Task ReadAsync(HttpRequestMessage request, CancellationToken leaving)
    {
        State = null;
        try
        {
            using var answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaving);
            Upstream = answer.Headers.TryGetValues("X-Upstream", out var upstream) ? upstream.Single() : null;
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{request.Method} {request.RequestUri}: {(int)answer.StatusCode}");
            Chat ??= answer.Headers.GetValues("x-openwebui-chat-id").Single();
            Acknowledged.TrySetResult();
            await Awake;
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(leaving));
            int? id = null;
            while (await reader.ReadLineAsync(leaving) is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal))
                {
                    id = int.Parse(line.AsSpan(4), CultureInfo.InvariantCulture);
                }
                else if (line.StartsWith("data: {", StringComparison.Ordinal) && line.EndsWith('}'))
                {
                    Take(JsonNode.Parse(line.AsSpan(6).ToString())!, id);
                    id = null;
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // A cut line was never an event: the next look begins at the last whole one.
        }
    }

    private void Take(JsonNode said, int? id)
    {
        var delta = said["choices"]?.AsArray().FirstOrDefault()?["delta"];
        var (content, reasoning) = ((string?)delta?["content"] ?? "", (string?)delta?["reasoning_content"] ?? "");
        if (content.Length + reasoning.Length > 0)
        {
            _content.Append(content);
            _reasoning.Append(reasoning);
            Sequence += content.Length + reasoning.Length;
            Assert.Equal(Sequence, id);
            FirstPiece.TrySetResult();
            if (_goal is var (goal, reached) && Sequence >= goal)
            {
                reached.TrySetResult();
            }
        }

        if (said["openwebui"] is JsonObject ours && (string?)ours["state"] is { } state && state != "running" && delta?["role"] is null)
        {
            (State, StoredSequence) = (state, (int)ours["sequence"]!);
        }
    }

    private void Forget(int after)
    {
        var surplus = Math.Max(0, Sequence - after);
        var ofContent = Math.Min(surplus, _content.Length);
        _content.Length -= ofContent;
        _reasoning.Length -= surplus - ofContent;
        Sequence -= surplus;
    }

    private static StringContent Json(JsonObject body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");
}
