using System.Text;
using System.Text.Json;

namespace OpenWebUi.Services.Dialects.FromAnthropic;

/// <summary>Ids as a client of Anthropic's knows them, by their prefix; what follows is the provider's own, to be found in its logs.</summary>
internal static class MessageId
{
    public static string Of(JsonElement completion) =>
        "msg_" + (RawJson.TextOf(completion, "id"u8).IsEmpty ? Guid.NewGuid().ToString("N") : completion.GetProperty("id"u8).GetString());

    /// <summary>A tool's id comes back in its result, so it stays as it is. As JSON, with its quotes.</summary>
    public static byte[] OfTool(ReadOnlySpan<byte> id) =>
        id.IsEmpty ? Encoding.UTF8.GetBytes($"\"toolu_{Guid.NewGuid():N}\"") : id.ToArray();
}
