using System.Text.Json;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Prompts;

namespace OpenWebUi.Prompts;

/// <summary>A prompt in Open WebUI's wire form: the command with its slash. Who may not change it does not read whom it is shared with.</summary>
internal static class PromptJson
{
    public static void Write(Utf8JsonWriter json, Prompt prompt, bool mayChange)
    {
        json.WriteStartObject();
        json.WriteString("command", "/" + prompt.Command);
        json.WriteString("user_id", prompt.Owner.Account?.Text ?? prompt.Owner.Text);
        json.WriteString("title", prompt.Title);
        json.WriteString("content", prompt.Content);
        json.WriteNumber("timestamp", prompt.UpdatedAt.ToUnixTimeSeconds());
        if (mayChange)
        {
            json.WritePropertyName("access_control");
            Readers.Write(json, prompt.Readers);
        }

        json.WriteBoolean("write_access", mayChange);
        json.WriteEndObject();
    }
}
