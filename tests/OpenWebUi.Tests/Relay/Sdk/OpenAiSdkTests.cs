using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Relay.Sdk;

/// <summary>OpenAI's own .NET SDK with nothing but a base URL and a key.</summary>
[Collection(PackageGroup.Name)]
public sealed class OpenAiSdkTests(PublishedPackage package)
{
    private const string Said = "You said: hello brave new world";
    private static readonly ChatMessage[] Messages = [new UserChatMessage("hello brave new world")];

    public static TheoryData<Door, string> Doors
    {
        get
        {
            var doors = new TheoryData<Door, string>();
            foreach (var door in Enum.GetValues<Door>())
            {
                doors.Add(door, "v1");
                doors.Add(door, "openai");
                doors.Add(door, "api/openai/v1");
            }

            return doors;
        }
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task Models_AreListed(Door door, string path)
    {
        await using var site = await SdkSite.StartAsync(door, package);
        var models = (await Client(site, path).GetOpenAIModelClient().GetModelsAsync()).Value;
        Assert.Contains("echo", models.Select(m => m.Id));
        Assert.Contains("embed", models.Select(m => m.Id));
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task Chat_Streams(Door door, string path)
    {
        await using var site = await SdkSite.StartAsync(door, package);
        var texts = new List<string>();
        ChatFinishReason? finish = null;
        await foreach (var update in Client(site, path).GetChatClient("echo").CompleteChatStreamingAsync(Messages))
        {
            texts.AddRange(update.ContentUpdate.Select(part => part.Text).Where(text => text.Length > 0));
            finish = update.FinishReason ?? finish;
        }

        Assert.True(texts.Count >= 3, $"{texts.Count} chunks");
        Assert.Equal(Said, string.Concat(texts));
        Assert.Equal(ChatFinishReason.Stop, finish);
        // The site's key went to the provider, never the access code.
        // Either connection may answer: the one with the key, or the Ollama, which has none.
        Assert.True(Assert.Single(site.Stub.Requests, r => r.Model == "echo").Headers.GetValueOrDefault("Authorization") is null or "Bearer " + SdkSite.ProviderKey);
        Assert.DoesNotContain(site.Stub.Requests, r => r.Headers.Values.Any(v => v.Contains(HostedPackage.Code, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task Tool_IsCalledAndItsResultRead(Door door, string path)
    {
        await using var site = await SdkSite.StartAsync(door, package);
        var chat = Client(site, path).GetChatClient("echo");
        var options = new ChatCompletionOptions
        {
            Tools = { ChatTool.CreateFunctionTool("get_weather", "The weather", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""")) },
        };
        var first = (await chat.CompleteChatAsync(Messages, options)).Value;
        Assert.Equal(ChatFinishReason.ToolCalls, first.FinishReason);
        var call = Assert.Single(first.ToolCalls);
        Assert.Equal("get_weather", call.FunctionName);
        Assert.Equal("stub", JsonDocument.Parse(call.FunctionArguments).RootElement.GetProperty("city").GetString());
        var second = (await chat.CompleteChatAsync([.. Messages, new AssistantChatMessage(first), new ToolChatMessage(call.Id, "sunny")], options)).Value;
        Assert.Equal("The tool said: sunny", second.Content[0].Text);
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task Embeddings_KeepTheirLength(Door door, string path)
    {
        await using var site = await SdkSite.StartAsync(door, package);
        var vectors = (await Client(site, path).GetEmbeddingClient("embed").GenerateEmbeddingsAsync(["one", "two"])).Value;
        Assert.Equal(2, vectors.Count);
        Assert.All(vectors, vector => Assert.Equal(1, Math.Sqrt(vector.ToFloats().ToArray().Sum(f => (double)f * f)), 1e-3));
    }

    [Theory]
    [InlineData(Door.Kestrel, 401, "Incorrect API key provided to the stub")]
    [InlineData(Door.Kestrel, 429, "Rate limit reached for the stub")]
    [InlineData(Door.Kestrel, 500, "The stub had an error")]
    [InlineData(Door.FunctionsHost, 401, "Incorrect API key provided to the stub")]
    [InlineData(Door.FunctionsHost, 429, "Rate limit reached for the stub")]
    [InlineData(Door.FunctionsHost, 500, "The stub had an error")]
    public async Task Refusal_OfTheProvider_IsInTheException(Door door, int status, string message)
    {
        await using var site = await SdkSite.StartAsync(door, package);
        var chat = Client(site, "v1").GetChatClient($"status-{status}");
        var whole = await Assert.ThrowsAsync<ClientResultException>(() => chat.CompleteChatAsync(Messages));
        var streamed = await Assert.ThrowsAsync<ClientResultException>(async () =>
        {
            await foreach (var _ in chat.CompleteChatStreamingAsync(Messages))
            {
            }
        });
        Assert.All([whole, streamed], error =>
        {
            Assert.Equal(status, error.Status);
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(Door.Kestrel)]
    [InlineData(Door.FunctionsHost)]
    public async Task Code_ThatIsWrong_IsSaidInTheException(Door door)
    {
        await using var site = await SdkSite.StartAsync(door, package);
        var chat = Client(site, "v1", "nk-guess").GetChatClient("echo");
        var error = await Assert.ThrowsAsync<ClientResultException>(() => chat.CompleteChatAsync(Messages));
        Assert.Equal(401, error.Status);
        Assert.Contains("wrong access code", error.Message, StringComparison.Ordinal);
        Assert.Empty(site.Stub.Requests);
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task Stream_Aborted_ProviderIsLeft(Door door, string path)
    {
        await using var site = await SdkSite.StartAsync(door, package);
        using var leaving = new CancellationTokenSource();
        var seen = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Client(site, path).GetChatClient("stall").CompleteChatStreamingAsync(Messages, cancellationToken: leaving.Token))
            {
                seen++;
                await leaving.CancelAsync();
            }
        });
        Assert.Equal(1, seen);
        await Assert.Single(site.Stub.Requests, r => r.Model == "stall").Aborted.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static OpenAIClient Client(SdkSite site, string path, string key = SdkSite.Key) =>
        new(new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = new Uri(site.Address, path), RetryPolicy = new ClientRetryPolicy(0), NetworkTimeout = TimeSpan.FromSeconds(30) });
}
