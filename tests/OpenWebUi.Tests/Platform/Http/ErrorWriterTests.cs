using System.Text;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Tests.Platform.Http;

/// <summary>The form of an error for clients of Anthropic's (its API reference, "Errors").</summary>
public sealed class ErrorWriterTests
{
    [Theory]
    [InlineData(400, "invalid_request_error")]
    [InlineData(401, "authentication_error")]
    [InlineData(402, "billing_error")]
    [InlineData(403, "permission_error")]
    [InlineData(404, "not_found_error")]
    [InlineData(409, "invalid_request_error")]
    [InlineData(413, "request_too_large")]
    [InlineData(422, "invalid_request_error")]
    [InlineData(429, "rate_limit_error")]
    [InlineData(500, "api_error")]
    [InlineData(502, "api_error")]
    [InlineData(503, "overloaded_error")]
    [InlineData(504, "timeout_error")]
    [InlineData(529, "overloaded_error")]
    public void AnthropicBody_NamesTheTypeOfTheStatus(int status, string type)
    {
        var body = ErrorWriter.Body(new(status, "some_code", "It \"failed\"."), ErrorDialect.Anthropic, "trace");

        Assert.Equal($$$"""{"type":"error","error":{"type":"{{{type}}}","message":"It \"failed\"."}}""", Encoding.UTF8.GetString(body));
    }

    [Fact]
    public void AnthropicStreamEvent_HasItsName()
    {
        var last = ErrorWriter.StreamEvent(new(502, "upstream_cut", "Cut."), ErrorDialect.Anthropic);

        Assert.Equal("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"Cut.\"}}\n\n", Encoding.UTF8.GetString(last));
    }

    [Theory]
    [InlineData("OpenAi", "data: {\"error\":{\"message\":\"Cut.\",\"type\":\"upstream_error\",\"param\":null,\"code\":\"upstream_cut\"}}\n\n")]
    [InlineData("Problem", "data: {\"error\":{\"message\":\"Cut.\",\"type\":\"upstream_error\",\"param\":null,\"code\":\"upstream_cut\"}}\n\n")]
    [InlineData("Ollama", "{\"error\":\"Cut.\"}\n")]
    public void StreamEvent_HasTheFormOfItsDialect(string dialect, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(ErrorWriter.StreamEvent(new(502, "upstream_cut", "Cut."), Enum.Parse<ErrorDialect>(dialect))));
}
