using System.Text.Json.Nodes;

namespace OpenWebUi.Services.Conversations;

/// <summary>How one answer should be, in a person's words (shorter, more detailed...): kept with the answer, so that going on with it says it again.</summary>
internal static class AnswerInstruction
{
    public const int MaxChars = 4_000;

    private const string Field = "instruction";

    public static string? Extra(string? instruction) => instruction is null ? null : ExtraJson.Write(new JsonObject { [Field] = instruction });

    /// <summary>Behind the last question's own text: many providers refuse a second message of the same role, and a system message after the first.</summary>
    public static void AddTo(JsonArray prompt, Message answer)
    {
        if (answer.Extra is null || ExtraJson.Text(ExtraJson.Read(answer.Extra), Field) is not { Length: > 0 } instruction
            || prompt.OfType<JsonObject>().LastOrDefault(message => ExtraJson.Text(message, "role") == Message.UserRole) is not { } question)
        {
            return;
        }

        if (question["content"] is JsonArray parts)
        {
            parts.Add((JsonNode)new JsonObject { ["type"] = "text", ["text"] = instruction });
        }
        else
        {
            question["content"] = $"{ExtraJson.Text(question, "content")}\n\n{instruction}";
        }
    }
}
