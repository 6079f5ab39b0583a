using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace OpenWebUi.Tests.Turns;

/// <summary>A stream of an answer as a client reads it; every event's id is checked against what was read.</summary>
internal sealed class AnswerReading : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly IAsyncEnumerator<SseItem<string>> _events;
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(40));
    private readonly StringBuilder _text = new();
    private bool _isBegun;

    private AnswerReading(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _events = SseParser.Create(stream).EnumerateAsync(_limit.Token).GetAsyncEnumerator(_limit.Token);
    }

    /// <summary>Reasoning and content in the order in which they came.</summary>
    public string Text => _text.ToString();

    public StringBuilder Content { get; } = new();

    public StringBuilder Reasoning { get; } = new();

    public int Sequence { get; private set; }

    public JsonElement Start { get; private set; }

    public string ChatId => Start.GetProperty("chat_id").GetString()!;

    public string AnswerId => Start.GetProperty("message_id").GetString()!;

    public string UserId => Start.GetProperty("user_message_id").GetString()!;

    public string? State { get; private set; }

    public string? Title { get; private set; }

    public string? Finish { get; private set; }

    public JsonElement? Error { get; private set; }

    public bool IsDone { get; private set; }

    /// <param name="response">Whose body was not read yet.</param>
    /// <param name="from">Units that the reader has.</param>
    public static async Task<AnswerReading> OfAsync(HttpResponseMessage response, int from = 0)
    {
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            Assert.Fail($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }

        var reading = new AnswerReading(response, await response.Content.ReadAsStreamAsync()) { Sequence = from };
        await reading.NextAsync();
        return reading;
    }

    /// <summary>Reads until so much text is there.</summary>
    public async Task<AnswerReading> ReadAsync(string text)
    {
        while (!Text.EndsWith(text, StringComparison.Ordinal))
        {
            Assert.True(await NextAsync(), $"The stream ended with '{Text}', {State} {Error}");
        }

        return this;
    }

    public async Task ReadAsync(int sequence)
    {
        while (Sequence < sequence)
        {
            Assert.True(await NextAsync(), $"The stream ended at {Sequence}");
        }
    }

    public async Task<AnswerReading> ReadToEndAsync()
    {
        while (await NextAsync())
        {
        }

        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _limit.CancelAsync();
        _response.Dispose();
        _limit.Dispose();
    }

    private async Task<bool> NextAsync()
    {
        if (!await _events.MoveNextAsync())
        {
            return false;
        }

        Assert.False(IsDone, "Something came after [DONE].");
        if (_events.Current.Data == "[DONE]")
        {
            IsDone = true;
            return true;
        }

        using var document = JsonDocument.Parse(_events.Current.Data);
        var root = document.RootElement.Clone();
        var ours = root.TryGetProperty("openwebui", out var said) ? said : default;
        if (!_isBegun)
        {
            (_isBegun, Start) = (true, ours);
            Assert.Equal(Sequence.ToString(), _events.Current.EventId);
            return true;
        }

        if (root.TryGetProperty("error", out var error))
        {
            Error = error;
        }
        else if (root.GetProperty("choices").GetArrayLength() > 0)
        {
            Take(root.GetProperty("choices")[0]);
            Assert.True(State is not null || Sequence.ToString() == _events.Current.EventId || ours.ValueKind == JsonValueKind.Object, $"{Sequence} is not {_events.Current.EventId}");
        }

        if (ours.ValueKind == JsonValueKind.Object)
        {
            State = ours.TryGetProperty("state", out var state) ? state.GetString() : State;
            Title = ours.TryGetProperty("title", out var title) ? title.GetString() : Title;
        }

        return true;
    }

    private void Take(JsonElement choice)
    {
        Finish = choice.GetProperty("finish_reason").GetString() ?? Finish;
        foreach (var (name, part) in ((string, StringBuilder)[])[("content", Content), ("reasoning_content", Reasoning)])
        {
            if (choice.GetProperty("delta").TryGetProperty(name, out var text))
            {
                _text.Append(text.GetString());
                part.Append(text.GetString());
                Sequence += text.GetString()!.Length;
            }
        }
    }
}
