using OpenWebUi.Platform.Configuration;
using OpenWebUi.Services.Completion;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Completion;

public sealed class TitleTests
{
    private static readonly TaskOptions Plain = new(null, WritesTitles: true, null);

    [Theory]
    [InlineData("Cats and Dogs", "Cats and Dogs")]
    [InlineData("  \"Cats and Dogs.\"\n", "Cats and Dogs")]
    [InlineData("\"Cats and Dogs\".", "Cats and Dogs")]
    [InlineData("**Cats and Dogs**", "Cats and Dogs")]
    [InlineData("# Cats and Dogs", "Cats and Dogs")]
    [InlineData("**Title:** Cats and Dogs", "Cats and Dogs")]
    [InlineData("Title: *Cats* and _Dogs_", "*Cats* and _Dogs_")]
    [InlineData("\"Cats\" and \"Dogs\"", "\"Cats\" and \"Dogs\"")]
    [InlineData("„Katzen und Hunde“", "Katzen und Hunde")]
    [InlineData("「猫と犬」。", "猫と犬")]
    [InlineData("Cats\nand more words", "Cats")]
    [InlineData("{\"title\": \"Cats\"}", "Cats")]
    [InlineData("```json\n{\"title\": \"🐱 Cats\"}\n```", "🐱 Cats")]
    [InlineData("```\nCats\n```", "Cats")]
    [InlineData("Here it is: {\"title\": \"Cats\"}", "Cats")]
    [InlineData("{\"title\": \"Ca", null)]
    [InlineData("{\"title\": \"\"}", null)]
    [InlineData("It's about C#", "It's about C#")]
    [InlineData("a\tb   c", "a b c")]
    [InlineData("\"\"", null)]
    [InlineData(" \n ", null)]
    public void Title_IsTakenOutOfEveryShape(string said, string? expected) => Assert.Equal(expected, TitleText.Of(said));

    [Theory]
    [InlineData(78, 78)]
    [InlineData(79, 79)]
    [InlineData(80, 80)]
    public void LongTitle_EndsWithAWholeCharacter(int before, int expected) =>
        Assert.Equal(expected, TitleText.Of(new string('a', before) + "👩‍💻 and more words")!.Length);

    [Fact]
    public async Task Model_IsAskedWithTheBeginningOfTheChat()
    {
        await using var site = await CompletionSite.StartAsync();
        site.Stub.ReplyText = "<think>hm</think>\"Cats.\"";
        Assert.Equal("Cats", await WriteAsync(site, Plain, new string('q', 1_999) + "😀{{prompt}}", "It is {{prompt}} \"so\"."));
        var request = await site.Stub.WaitForRequestAsync("/v1/chat/completions");
        Assert.Equal("echo", request.Model);
        Assert.Null(request.Json!["max_tokens"]);
        var prompt = request.Json["messages"]![0]!["content"]!.GetValue<string>();
        Assert.Contains($"USER: {new string('q', 1_999)}\nASSISTANT: It is {{{{prompt}}}} \"so\".\n</chat>", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Template_AndTaskModel_AreTheOperators()
    {
        await using var site = await CompletionSite.StartAsync();
        site.Stub.ReplyText = "{\"title\":\"Cats\"}";
        Assert.Equal("Cats", await WriteAsync(site, new("echo-large", true, "<{{prompt}}> <{{MESSAGES}}> <{{MESSAGES:END:2}}> {{other}}"), "q", "a", "guide"));
        var request = await site.Stub.WaitForRequestAsync("/v1/chat/completions");
        Assert.Equal("echo-large", request.Model);
        Assert.Equal("<q> <USER: q\nASSISTANT: a> <USER: q\nASSISTANT: a> {{other}}", request.Json!["messages"]![0]!["content"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("guide")]
    [InlineData("status-500")]
    [InlineData("cut")]
    public async Task Title_ThatCannotBeWritten_IsNull(string model)
    {
        await using var site = await CompletionSite.StartAsync();
        Assert.Null(await WriteAsync(site, Plain, "q", "a", model));
        Assert.Equal(model == "guide" ? 0 : 1, site.Stub.Requests.Count);
    }

    [Fact]
    public async Task Titles_ThatAreOff_AskNobody()
    {
        await using var site = await CompletionSite.StartAsync();
        Assert.Null(await WriteAsync(site, Plain with { WritesTitles = false }, "q", "a"));
        Assert.Empty(site.Stub.Requests);
    }

    [Fact]
    public async Task Title_ThatTakesTooLong_IsNull()
    {
        var time = new ManualTime();
        await using var site = await CompletionSite.StartAsync(time);
        var writing = WriteAsync(site, Plain, "q", "a", "stall", time);
        var request = await site.Stub.WaitForRequestAsync("/v1/chat/completions");
        await request.Held;
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(writing.IsCompleted);
        await time.AdvanceUntilAsync(writing, TimeSpan.FromSeconds(1));
        Assert.Null(await writing);
        await request.Aborted.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task CallerThatLeaves_IsNoFailedTitle()
    {
        await using var site = await CompletionSite.StartAsync();
        using var leaving = new CancellationTokenSource();
        var writing = new TitleClient(site.Client, Plain, TimeProvider.System).WriteAsync("q", "a", "stall", null, leaving.Token);
        await (await site.Stub.WaitForRequestAsync("/v1/chat/completions")).Held;
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    [Theory]
    [InlineData("", null, true, null)]
    [InlineData("TASK_MODEL=a\nTASK_MODEL_EXTERNAL=b", "a", true, null)]
    [InlineData("TASK_MODEL_EXTERNAL=b\nENABLE_TITLE_GENERATION=false\nTITLE_GENERATION_PROMPT_TEMPLATE=t", "b", false, "t")]
    public void Options_AreRead(string environment, string? model, bool writesTitles, string? prompt)
    {
        var values = environment.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=')).ToDictionary(line => line[0], line => line[1]);
        var faults = new FaultList();
        Assert.Equal(new TaskOptions(model, writesTitles, prompt), TaskOptions.Read(new VariableReader(new Variables(values), faults)));
        Assert.Empty(faults.All);
    }

    private static Task<string?> WriteAsync(CompletionSite site, TaskOptions tasks, string question, string answer, string model = "echo", TimeProvider? time = null) =>
        new TitleClient(site.Client, tasks, time ?? TimeProvider.System).WriteAsync(question, answer, model, null, default);
}
