using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Realtime;
using OpenWebUi.Tests.Site;
using OpenWebUi.Tests.Turns;

namespace OpenWebUi.Tests.Services.Realtime;

/// <summary>What goes together, and what a service that fails costs.</summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync
public sealed class RealtimePublisherTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly ManualTime _time = new();
    private readonly Warnings _log = new();
    private SignalRServiceDouble _service = null!;
    private TestSite _site = null!;
    private RealtimeClient _client = null!;
    private RealtimeNews _news = null!;
    private RealtimePublisher _publisher = null!;

    public async Task InitializeAsync()
    {
        _service = await SignalRServiceDouble.StartAsync(_time);
        _site = await TestSite.StartAsync();
        var options = new RealtimeOptions(new(new(_service.Endpoint), System.Text.Encoding.UTF8.GetBytes(_service.Key), Identity: null));
        _client = new(options.Service!, proxy: null, _site.Services.GetRequiredService<SigningKey>(), _time);
        _news = new(options);
        _publisher = new(_news, _client, _time, _log);
        await _publisher.StartAsync(default);
    }

    public async Task DisposeAsync()
    {
        await _publisher.StopAsync(default);
        _publisher.Dispose();
        _client.Dispose();
        await _site.DisposeAsync();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task News_WithinAMoment_AreOneMessageForEachChat()
    {
        _news.ChatChanged(new("u-ada"), "c1", ChatChange.Created);
        _news.ChatChanged(new("u-ada"), "c2", ChatChange.Pinned);
        _news.ChatChanged(new("u-ada"), "c1", ChatChange.Titled);
        _news.ChatChanged(new("u-bob"), "c1", ChatChange.Deleted);
        _news.AccountChanged(new("u-bob"));
        _news.AccountChanged(new("u-bob"));

        var told = new List<Told>();
        for (var i = 0; i < 4; i++)
        {
            var next = _service.NextAsync();
            await _time.AdvanceUntilAsync(next, Step);
            told.Add(await next);
        }

        Assert.Equal(["c1 created titled", "c1 deleted", "c2 pinned"],
            told.Where(one => one.Target == "chats-changed").Select(one => $"{one.ChatId} {one.What}").Order(StringComparer.Ordinal));
        Assert.Equal("{}", Assert.Single(told, one => one.Target == "account-changed").Argument.GetRawText());
        Assert.Empty(_service.Rest());
    }

    [Fact]
    public async Task Service_Fails_IsLeftAloneForAWhileAndWarnedOfOnceAMinute()
    {
        _service.Refusal = 500;
        await TellAsync(calls: 1);
        Assert.Single(_log.Lines);

        // Dropped, not sent late.
        await TellAsync(calls: 1);

        // After its rest it is asked again, silently until a minute is over.
        _time.Advance(RealtimePublisher.Rest);
        await TellAsync(calls: 2);
        Assert.Single(_log.Lines);
        _time.Advance(TimeSpan.FromMinutes(1));
        await TellAsync(calls: 3);
        Assert.Equal(2, _log.Lines.Count);
        Assert.All(_log.Lines, line => Assert.DoesNotContain("zq7marker", line, StringComparison.Ordinal));

        _service.Refusal = 0;
        _time.Advance(RealtimePublisher.Rest);
        await TellAsync(calls: 4);
        Assert.Equal(["c"], _service.Rest().Select(told => told.ChatId));
    }

    [Fact]
    public void Queue_NobodyFetches_KeepsTheNewest()
    {
        var news = new RealtimeNews(new(new(new("https://a.example"), [], Identity: null)));
        for (var i = 0; i < RealtimeNews.MaxWaiting + 10; i++)
        {
            news.ChatChanged(new("u-ada"), $"c{i}", ChatChange.Edited);
        }

        var all = news.TakeAll();
        Assert.Equal((RealtimeNews.MaxWaiting, "c10"), (all.Count, all[0].Chat));
        Assert.Empty(news.TakeAll());
    }

    /// <summary>One piece of news, told or dropped; then the service was asked so often. The clock stands while it is dealt with.</summary>
    private async Task TellAsync(int calls)
    {
        var over = _log.Over;
        _news.ChatChanged(new("u-ada"), "c", ChatChange.Renamed);
        await TurnSite.EventuallyAsync(() => Task.FromResult(_time.WaitingTimers == 1), "The publisher takes no news.");
        _time.Advance(RealtimePublisher.Pause);
        await TurnSite.EventuallyAsync(() => Task.FromResult(_log.Over > over), "The publisher tells nothing.");
        Assert.Equal(calls, _service.Calls.Count);
    }

    private sealed class Warnings : ILogger<RealtimePublisher>
    {
        private int _over;

        public ConcurrentQueue<string> Lines { get; } = new();

        /// <summary>How many times the publisher was done with what it took.</summary>
        public int Over => Volatile.Read(ref _over);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Debug)
            {
                Interlocked.Increment(ref _over);
                return;
            }

            Assert.Equal(LogLevel.Warning, logLevel);
            Lines.Enqueue($"{formatter(state, exception)} {exception}");
        }
    }
}
