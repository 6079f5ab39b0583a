using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json.Nodes;
using OpenAI;
using OpenAI.Chat;

namespace OpenWebUi.Tests.Turns;

/// <summary>OpenAI's own SDK reads a turn as it reads any completion.</summary>
public sealed class TurnSdkTests
{
    [Fact]
    public async Task Turn_WithTheFieldsOfAChat_StreamsAndIsKept()
    {
        await using var site = await TurnSite.StartAsync();
        using var http = new HttpClient(new ExtraFields("""{"parent_id":null,"user_message":{"id":"u1","content":"hi"},"background_tasks":{"title_generation":true}}"""));
        var chat = new OpenAIClient(new ApiKeyCredential("none"), new OpenAIClientOptions
        {
            Endpoint = new Uri(site.Site.Address, "api"),
            Transport = new HttpClientPipelineTransport(http),
        }).GetChatClient("echo");
        var text = new StringBuilder();
        ChatFinishReason? finish = null;
        var tokens = 0;
        await foreach (var update in chat.CompleteChatStreamingAsync([new UserChatMessage("hi")]))
        {
            text.AppendJoin("", update.ContentUpdate.Select(part => part.Text));
            finish = update.FinishReason ?? finish;
            tokens = update.Usage?.TotalTokenCount ?? tokens;
        }

        Assert.Equal(("Hello there!", ChatFinishReason.Stop, 3), (text.ToString(), finish, tokens));
        var whole = (await chat.CompleteChatAsync([new UserChatMessage("hi")])).Value;
        Assert.Equal("Hello there!", whole.Content[0].Text);
        Assert.Single(await site.RowsAsync("l."));
    }

    private sealed class ExtraFields(string fields) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!.AsObject();
            foreach (var (name, value) in JsonNode.Parse(fields)!.AsObject())
            {
                body[name] = value?.DeepClone();
            }

            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
