using System.Net;
using System.Text.Json;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Tests.Turns;

/// <summary>How many answers of one owner run at once (<c>CHAT_RUNNING_LIMIT</c>).</summary>
public sealed class RunLimitTests
{
    [Fact]
    public async Task OneMore_Is429AndStoresNothing_UntilOneIsOver()
    {
        await using var site = await TurnSite.StartAsync(("CHAT_RUNNING_LIMIT", "2"));
        site.Script.AlwaysSay = null;
        await using var first = await site.NewChatAsync(id: "u1");
        await using var second = await site.NewChatAsync(id: "u2");
        var before = await site.RowsAsync("x.");
        using var refused = await site.SendAsync("""{"parent_id":null,"user_message":{"id":"u3","content":"hi"},"background_tasks":{"title_generation":false}}""");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter?.Delta);
        using var error = JsonDocument.Parse(await refused.Content.ReadAsStringAsync());
        Assert.Equal("too_many_answers", error.RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(before, await site.RowsAsync("x."));

        // What runs already is followed as ever.
        await using var again = await site.NewChatAsync(id: "u1");
        Assert.Equal((first.ChatId, first.AnswerId), (again.ChatId, again.AnswerId));

        await site.StopAsync(first);
        await using var third = await InsistAsync(site, "u3");
        using var one = await site.SendAsync("""{"parent_id":null,"user_message":{"id":"u4","content":"hi"}}""");
        Assert.Equal(HttpStatusCode.TooManyRequests, one.StatusCode);
    }

    [Fact]
    public async Task SentTogether_NoMoreThanTheLimitRun()
    {
        await using var site = await TurnSite.StartAsync(("CHAT_RUNNING_LIMIT", "3"));
        site.Script.AlwaysSay = null;
        var sent = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => site.SendAsync(
            $$"""{"parent_id":null,"user_message":{"id":"m{{n}}","content":"hi"},"background_tasks":{"title_generation":false} }""")));
        Assert.Equal(3, sent.Count(r => r.StatusCode == HttpStatusCode.OK));
        Assert.Equal(9, sent.Count(r => r.StatusCode == HttpStatusCode.TooManyRequests));
        Array.ForEach(sent, r => r.Dispose());
    }

    [Fact]
    public async Task RefusedTurns_TakeNoPlace()
    {
        await using var site = await TurnSite.StartAsync(("CHAT_RUNNING_LIMIT", "1"));
        site.Script.AlwaysSay = null;
        await using var turn = await site.NewChatAsync();
        await site.StopAsync(turn);
        for (var i = 0; i < 3; i++)
        {
            using var taken = await site.SendAsync($$"""{"chat_id":"{{turn.ChatId}}","parent_id":null,"user_message":{"id":"u1","content":"another text"} }""");
            Assert.Contains(taken.StatusCode, (HttpStatusCode[])[HttpStatusCode.Conflict, HttpStatusCode.TooManyRequests]);
        }

        await using var next = await InsistAsync(site, "u9");
        using var several = await site.SendAsync("""{"user_message":{"content":"x"},"message_ids":[{"model_id":"m"},{"model_id":"n"}]}""");
        Assert.Equal(HttpStatusCode.TooManyRequests, several.StatusCode);
    }

    [Fact]
    public void Owners_HaveTheirOwnPlaces()
    {
        var (one, other) = (new OwnerId("g-a"), new OwnerId("g-b"));
        var places = new RunPlaces(new(TimeSpan.Zero, TimeSpan.FromSeconds(30), 1_000, 2));
        using (var claim = places.Take(one, 2))
        {
            Assert.True(claim.IsWithinLimit);
            claim.Use();
            using var more = places.Take(one, 1);
            Assert.False(more.IsWithinLimit);
            using var others = places.Take(other, 2);
            Assert.True(others.IsWithinLimit);
        }

        using (var claim = places.Take(one, 2))
        {
            Assert.False(claim.IsWithinLimit);
        }

        places.Free(one);
        using var last = places.Take(one, 2);
        Assert.True(last.IsWithinLimit);
        using var any = new RunPlaces(new(TimeSpan.Zero, TimeSpan.FromSeconds(30), 1_000, 0)).Take(one, 1_000);
        Assert.True(any.IsWithinLimit);
    }

    /// <summary>The place of what was stopped is free a moment after the stop was answered.</summary>
    private static async Task<AnswerReading> InsistAsync(TurnSite site, string id)
    {
        HttpResponseMessage? response = null;
        await TurnSite.EventuallyAsync(async () =>
        {
            response = await site.SendAsync($$"""{"parent_id":null,"user_message":{"id":"{{id}}","content":"hi"},"background_tasks":{"title_generation":false} }""");
            return response.StatusCode == HttpStatusCode.OK;
        }, "No place became free.");
        return await AnswerReading.OfAsync(response!, 0);
    }
}
