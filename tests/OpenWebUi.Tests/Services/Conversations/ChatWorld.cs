using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Blobs.LocalDisk;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.Sqlite;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Realtime;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Conversations;

/// <summary>A store of its own with a clock, on which processes start and are killed.</summary>
internal sealed class ChatWorld : IDisposable
{
    public static readonly OwnerId Owner = new("g-AbCdEfGhIjKlMnOpQrSt_-");
    public static readonly OwnerId Neighbour = new("g-AbCdEfGhIjKlMnOpQrSt_A");

    /// <summary>Too long for a row.</summary>
    public static readonly string Long = string.Concat(Enumerable.Repeat("long \"text\" ä€😀\n", 13_000));

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "openwebui-tests", Guid.NewGuid().ToString("N"));
    private readonly SqliteRowBackEnd _rows;
    private readonly LocalDiskBackEnd _blobs;

    public ChatWorld()
    {
        Directory.CreateDirectory(_folder);
        _rows = new(new SqliteRowOptions(Path.Combine(_folder, "openwebui.db")));
        _blobs = new(new LocalDiskOptions(Path.Combine(_folder, "blobs")), Time);
    }

    public ManualTime Time { get; } = new();

    public ListLog Log { get; } = new();

    /// <summary>A process on the store.</summary>
    public ChatProcess Start(FaultPoint? fault = null)
    {
        var point = fault ?? new FaultPoint(0, isDone: false);
        return new(new RowStore(new FaultyRows(_rows, point)), new BlobStore(new FaultyBlobs(_blobs, point)), Time, Log);
    }

    /// <summary>Moves the clock past the grace time and runs passes until nothing is left.</summary>
    public async Task HousekeepAsync()
    {
        Time.Advance(Leftover.Grace + TimeSpan.FromMinutes(1));
        for (var pass = 0; pass < 5; pass++)
        {
            if ((await Start().Sweep.RunAsync(default)).IsComplete)
            {
                return;
            }
        }

        Assert.Fail("Housekeeping comes to no end.");
    }

    /// <summary>Every row of an owner, and every blob of the store and every note, by name.</summary>
    public async Task<string[]> ContentsAsync(OwnerId owner)
    {
        var process = Start();
        var found = new List<string>();
        await foreach (var row in process.Rows.QueryAllAsync(ChatRows.Table, owner.Text, RowRange.All, default))
        {
            found.Add($"{row.Key.Row} {row.ETag}");
        }

        var blobs = await process.Blobs.ListAsync(BlobPrefix.Inside(MessageOverflow.Folder(owner)), 1_000, null, default);
        var files = await process.Blobs.ListAsync(BlobPrefix.Inside(FileStore.Folder(owner)), 1_000, null, default);
        return [.. found, .. blobs.Blobs.Concat(files.Blobs).Select(b => b.Path.Text)];
    }

    public async Task<int> NotesAsync()
    {
        var count = 0;
        await foreach (var _ in Start().Rows.QueryAllAsync(Leftover.Table, Leftover.Partition, RowRange.All, default))
        {
            count++;
        }

        return count;
    }

    public void Dispose()
    {
        _rows.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>What one process has of the room, without a provider to ask.</summary>
internal sealed class ChatProcess
{
    public ChatProcess(RowStore rows, BlobStore blobs, TimeProvider time, ILoggerFactory logs)
    {
        (Rows, Blobs, Clock) = (rows, blobs, time);
        Leftovers = new(rows, time);
        Overflow = new(blobs, Leftovers, logs.CreateLogger<MessageOverflow>());
        var news = new RealtimeNews(new(Service: null));
        Chats = new(rows, news);
        Messages = new(rows, Overflow);
        Runs = new(rows, Messages, Overflow, time);
        Files = new(rows, blobs, Leftovers, new AttachmentOptions(), time);
        Writer = new(rows, Chats, Overflow, Leftovers, Files, news);
        var options = new RunOptions(TimeSpan.Zero, TimeSpan.FromSeconds(30), 1_000);
        var running = new AnswerRuns(rows, Messages, Overflow, null!, new RunPlaces(options), options, news, time, NullLogger<AnswerRuns>.Instance);
        Removal = new(Chats, Runs, running, Leftovers);
        Accounts = new(rows, new AccountCache(time), news);
        Folders = new(rows);
        Filing = new(Chats, Folders, Removal, Leftovers);
        Sweep = new(
            rows, blobs, Chats, Filing, Leftovers, new ShareStore(rows, blobs, Chats, Leftovers), Files, Accounts, new(rows), new(rows, time), time, logs.CreateLogger<LeftoverSweep>());
    }

    public RowStore Rows { get; }

    public BlobStore Blobs { get; }

    public TimeProvider Clock { get; }

    public LeftoverStore Leftovers { get; }

    public MessageOverflow Overflow { get; }

    public ChatStore Chats { get; }

    public MessageStore Messages { get; }

    public RunStore Runs { get; }

    public FileStore Files { get; }

    public ChatWriter Writer { get; }

    public ChatRemoval Removal { get; }

    public FolderStore Folders { get; }

    public ChatFiling Filing { get; }

    public AccountStore Accounts { get; }

    public LeftoverSweep Sweep { get; }

    /// <summary>A chat whose messages follow each other; every <paramref name="longEvery"/>-th is long.</summary>
    public async Task<Chat> CreateAsync(OwnerId owner, int messages, int longEvery = 0, string? id = null)
    {
        var now = Clock.GetUtcNow();
        var all = new List<Message>();
        for (var i = 0; i < messages; i++)
        {
            all.Add(new(MessageId.New(), all.LastOrDefault()?.Id, i, i, i % 2 == 0 ? Message.UserRole : Message.AssistantRole, now)
            {
                Content = longEvery > 0 && i % longEvery == 0 ? ChatWorld.Long + i : $"message {i}",
            });
        }

        var chat = new Chat(id is null ? ChatId.New() : new(id), "A chat", now, now) { CurrentId = all.LastOrDefault()?.Id, CurrentDepth = Math.Max(0, messages - 1) };
        return await Writer.CreateAsync(owner, chat, all, default);
    }

    public Task<RemovalOutcome> DeleteAsync(OwnerId owner, ChatId id) => Removal.DeleteAsync(owner, id, _ => true, default);
}

/// <summary>What was logged, as <c>Level: text</c>.</summary>
internal sealed class ListLog : ILoggerFactory, ILogger
{
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = [];

    public IReadOnlyList<string> Lines => [.. _lines];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{logLevel}: {formatter(state, exception)}");

    public void Dispose()
    {
        // Holds nothing.
    }
}
