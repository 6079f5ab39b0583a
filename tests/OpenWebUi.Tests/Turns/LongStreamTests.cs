using System.Net;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Tests.Turns;

/// <summary>Long answers reach a reader in small steps, so that one who does not read holds little.</summary>
public sealed class LongStreamTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_OfAMillionCharacters_ComesInEventsOfSomeThousand(bool isOver)
    {
        await using var site = await TurnSite.StartAsync();
        site.Script.AlwaysSay = null;
        await using var turn = await site.NewChatAsync();
        var script = await site.Script.AskedAsync();
        var said = "x" + string.Concat(Enumerable.Repeat("\U0001F600", 500_000));
        script.Think("hm");
        script.Say(said);
        await turn.ReadAsync(said.Length + 2);
        if (isOver)
        {
            script.End();
            await turn.ReadToEndAsync();
            await TurnSite.EventuallyAsync(() => Task.FromResult(site.Get<AnswerRuns>().Find(new(TurnSite.Owner, new(turn.ChatId), new(turn.AnswerId))) is null), "The run did not end.");
        }

        using var response = await site.Client.GetAsync($"/api/v1/chats/{turn.ChatId}/messages/{turn.AnswerId}/stream?from=1", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var (text, longest) = ("", 0);
        while (!text.EndsWith(said, StringComparison.Ordinal) && await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: {", StringComparison.Ordinal))
            {
                longest = Math.Max(longest, line.Length);
                var delta = System.Text.Json.JsonDocument.Parse(line[6..]).RootElement.GetProperty("choices")[0].GetProperty("delta");
                text += delta.TryGetProperty("reasoning_content", out var thought) ? thought.GetString() : delta.GetProperty("content").GetString();
            }
        }

        Assert.True(text == "m" + said, $"{text.Length} units");
        Assert.InRange(longest, 10_000, 250_000);
    }

    [Fact]
    public async Task Listener_WhoIsBehind_HoldsNoCopyOfTheRest()
    {
        var log = new AnswerLog(AnswerText.Empty);
        for (var i = 0; i < 100_000; i++)
        {
            log.Append(new AnswerPiece(i % 50_000 < 25_000 ? AnswerPart.Reasoning : AnswerPart.Content, "abcde"));
        }

        log.Close();
        var (sequence, steps, longest) = (7, 0, 0);
        await foreach (var heard in log.ListenAsync(7, default))
        {
            var piece = Assert.IsType<AnswerEvent.Piece>(heard);
            sequence += piece.Text.Length;
            Assert.Equal(sequence, piece.Sequence);
            (steps, longest) = (steps + 1, Math.Max(longest, piece.Text.Length));
        }

        Assert.Equal(500_000, sequence);
        Assert.InRange(longest, 1_000, 20_000);
        Assert.InRange(steps, 4, 100);
    }
}
