using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.Completion;

/// <summary>What models do beside answering.</summary>
/// <param name="Model"><c>TASK_MODEL</c>, or <c>TASK_MODEL_EXTERNAL</c> where that alone is set: the model that does it. Null, the default: the chat's own.</param>
/// <param name="WritesTitles"><c>ENABLE_TITLE_GENERATION</c>, default true: new chats get a title from a model.</param>
/// <param name="TitlePrompt"><c>TITLE_GENERATION_PROMPT_TEMPLATE</c>, with <c>{{MESSAGES}}</c>, <c>{{MESSAGES:END:2}}</c> and <c>{{prompt}}</c> in it. Null: ours.</param>
internal sealed record TaskOptions(string? Model, bool WritesTitles, string? TitlePrompt)
{
    public static TaskOptions Read(VariableReader reader) => new(
        reader.Text("TASK_MODEL") ?? reader.Text("TASK_MODEL_EXTERNAL"),
        reader.Flag("ENABLE_TITLE_GENERATION") ?? true,
        reader.Text("TITLE_GENERATION_PROMPT_TEMPLATE"));
}
