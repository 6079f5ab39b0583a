using System.Text.Json;
using static OpenWebUi.Services.Dialects.RequestBody;

namespace OpenWebUi.Services.Dialects.ToAnthropic;

/// <summary>
/// <c>messages</c> as <c>system</c> and <c>messages</c>. Every system or developer message goes to the front, in order. Messages of one role that
/// follow each other become one: results of tools called together must be in one message there. Empty texts are left out, the API refuses them;
/// so are an assistant's <c>reasoning_content</c>, which would need its signature, and <c>name</c>, for which there is no place.
/// </summary>
internal sealed class MessageList(Utf8JsonWriter json)
{
    private readonly ContentBlocks _blocks = new(json);
    private string? _role;

    public void Write(JsonElement messages)
    {
        WriteSystem(messages);
        json.WriteStartArray("messages"u8);
        var (place, last) = (0, messages.GetArrayLength() - 1);
        var isEmpty = true;
        foreach (var message in messages.EnumerateArray())
        {
            WriteMessage(message, $"messages[{place}]", isLast: place == last);
            isEmpty &= _role is null;
            place++;
        }

        Open(null);
        json.WriteEndArray();
        if (isEmpty)
        {
            throw Refusal("messages", "'messages' has nothing in it that could be answered.");
        }
    }

    private void WriteSystem(JsonElement messages)
    {
        var isOpen = false;
        var place = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var field = $"messages[{place++}]";
            if (!IsSystem(message))
            {
                continue;
            }

            foreach (var part in ContentBlocks.Parts(message, field))
            {
                if (!isOpen)
                {
                    json.WriteStartArray("system"u8);
                    isOpen = true;
                }

                _blocks.WriteText(part, field);
            }
        }

        if (isOpen)
        {
            json.WriteEndArray();
        }
    }

    private void WriteMessage(JsonElement message, string field, bool isLast)
    {
        if (IsSystem(message))
        {
            return;
        }

        switch (Required(message, "role"u8, field + ".role"))
        {
            case "user":
                foreach (var part in ContentBlocks.Parts(message, field))
                {
                    Open("user");
                    _blocks.WriteUserPart(part, field);
                }

                break;
            case "assistant":
                WriteAssistant(message, field, isLast);
                break;
            case "tool":
                Open("user");
                _blocks.WriteToolResult(message, field);
                break;
            case var other:
                throw Refusal(field + ".role", $"The role '{other}' is not known here: it is system, developer, user, assistant or tool.");
        }
    }

    private void WriteAssistant(JsonElement message, string field, bool isLast)
    {
        foreach (var part in ContentBlocks.Parts(message, field))
        {
            // A begun answer must not end in blanks.
            if (!isLast || !ContentBlocks.IsBlank(part))
            {
                Open("assistant");
                _blocks.WriteText(part, field, isCutAtEnd: isLast);
            }
        }

        var place = 0;
        foreach (var call in RawJson.Items(RawJson.Member(message, "tool_calls"u8)))
        {
            Open("assistant");
            _blocks.WriteToolUse(call, $"{field}.tool_calls[{place++}]");
        }
    }

    private static bool IsSystem(JsonElement message) => RawJson.Is(message, "role"u8, "system"u8) || RawJson.Is(message, "role"u8, "developer"u8);

    private void Open(string? role)
    {
        if (_role == role)
        {
            return;
        }

        if (_role is not null)
        {
            json.WriteEndArray();
            json.WriteEndObject();
        }

        _role = role;
        if (role is not null)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, role);
            json.WriteStartArray("content"u8);
        }
    }
}
