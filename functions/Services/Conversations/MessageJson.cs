using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenWebUi.Services.Conversations;

/// <summary>A message in Open WebUI's form, with our own fields beside it (docs/chats.md).</summary>
internal static class MessageJson
{
    /// <param name="json">Where to.</param>
    /// <param name="message">Its text must be there: <see cref="MessageOverflow"/>.</param>
    /// <param name="children">Ids of its children, in order; null leaves the field out.</param>
    /// <param name="siblings">Ids under its parent; null leaves the field out.</param>
    public static void Write(Utf8JsonWriter json, Message message, IReadOnlyList<MessageId>? children = null, IReadOnlyList<MessageId>? siblings = null)
    {
        json.WriteStartObject();
        json.WriteString("id", message.Id.Text);
        json.WriteString("parentId", message.ParentId?.Text);
        WriteIds(json, "childrenIds", children);
        WriteIds(json, "siblings", siblings);
        json.WriteString("role", message.Role);
        json.WriteString("content", message.Content);
        json.WriteNumber("timestamp", message.CreatedAt.ToUnixTimeSeconds());
        if (!message.IsUser)
        {
            WriteAnswer(json, message);
        }

        foreach (var (name, value) in ExtraJson.Read(message.Extra))
        {
            json.WritePropertyName(name);
            if (value is null)
            {
                json.WriteNullValue();
            }
            else
            {
                value.WriteTo(json);
            }
        }

        json.WriteEndObject();
    }

    public static string StateText(MessageState state) => state switch
    {
        MessageState.Running => "running",
        MessageState.Stopped => "stopped",
        MessageState.Interrupted => "interrupted",
        MessageState.Failed => "failed",
        _ => "done",
    };

    private static void WriteAnswer(Utf8JsonWriter json, Message message)
    {
        json.WriteString("model", message.Model);
        json.WriteBoolean("done", message.State != MessageState.Running && (message.RunId is not null || message.Sequence > 0));
        json.WriteString("state", StateText(message.State));
        json.WriteNumber("sequence", message.Sequence);
        WriteText(json, "reasoning", message.Reasoning.Length == 0 ? null : message.Reasoning);
        WriteText(json, "layout", message.Layout);
        WriteText(json, "finishReason", message.FinishReason);
        if (message.ReasoningMs is { } milliseconds)
        {
            json.WriteNumber("reasoningMs", milliseconds);
        }

        WriteRaw(json, "error", message.Error);
        WriteRaw(json, "usage", message.Usage);
        WriteRaw(json, "toolCalls", message.ToolCalls);
    }

    private static void WriteIds(Utf8JsonWriter json, string name, IReadOnlyList<MessageId>? ids)
    {
        if (ids is null)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var id in ids)
        {
            json.WriteStringValue(id.Text);
        }

        json.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteRaw(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value);
        }
    }
}
