using System.Text;
using System.Text.Json;

namespace OpenWebUi.Services.Dialects.FromAnthropic;

/// <summary>
/// Answers <c>POST /v1/messages/count_tokens</c> where the provider cannot count. <b>An estimate</b>: no tokenizer is here, and each model has its
/// own. Texts and JSON count one token for four ASCII characters and one for each other character, an image or a document
/// 1,600, each message 4 and each tool 8 on top. Enough to see how full a context is; not to pay by.
/// </summary>
internal static class TokenEstimate
{
    private const int ImageTokens = 1600;
    private const int MessageTokens = 4;
    private const int ToolTokens = 8;

    /// <param name="body">The request, UTF-8 JSON: as for <c>messages</c>, without <c>max_tokens</c>.</param>
    /// <returns><c>{"input_tokens":n}</c>.</returns>
    /// <exception cref="Platform.Http.RefusedException">400: not that form.</exception>
    public static byte[] Answer(ReadOnlyMemory<byte> body)
    {
        using var document = RequestBody.Parse(body);
        var root = document.RootElement;
        RequestBody.Required(root, "model"u8, "model");
        var messages = RequestBody.List(root, "messages"u8, "messages");
        var tools = RawJson.Member(root, "tools"u8);
        var count = new Count();
        count.Add(RawJson.Member(root, "system"u8));
        count.Add(messages);
        count.Add(tools);
        var total = count.Tokens + (messages.GetArrayLength() * MessageTokens) + (RawJson.Items(tools).Count() * ToolTokens);
        return Encoding.UTF8.GetBytes($"{{\"input_tokens\":{total}}}");
    }

    /// <summary>Adds up everything that a model reads: strings, and the JSON of schemas and inputs, without the names of the form itself.</summary>
    private sealed class Count
    {
        private long _quarters;
        private long _images;

        public long Tokens => ((_quarters + 3) / 4) + (_images * ImageTokens);

        public void Add(JsonElement value)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.String:
                    AddText(RawJson.Of(value)[1..^1]);
                    break;
                case JsonValueKind.Array:
                    foreach (var item in value.EnumerateArray())
                    {
                        Add(item);
                    }

                    break;
                case JsonValueKind.Object:
                    AddObject(value);
                    break;
            }
        }

        private void AddObject(JsonElement value)
        {
            if (RawJson.Is(value, "type"u8, "image"u8) || RawJson.Is(value, "type"u8, "document"u8))
            {
                _images++;
                return;
            }

            foreach (var member in value.EnumerateObject())
            {
                if (member.NameEquals("input_schema"u8) || member.NameEquals("input"u8))
                {
                    AddText(RawJson.Of(member.Value));
                }
                else if (!IsForm(member))
                {
                    Add(member.Value);
                }
            }
        }

        private static bool IsForm(JsonProperty member) =>
            member.NameEquals("type"u8) || member.NameEquals("role"u8) || member.NameEquals("id"u8) || member.NameEquals("tool_use_id"u8)
            || member.NameEquals("cache_control"u8) || member.NameEquals("signature"u8);

        /// <summary>An ASCII character is a quarter of a token, any other a whole one: bytes behind the first of a character say nothing.</summary>
        private void AddText(ReadOnlySpan<byte> text)
        {
            foreach (var b in text)
            {
                _quarters += b < 0x80 ? 1 : b >= 0xC0 ? 4 : 0;
            }
        }
    }
}
