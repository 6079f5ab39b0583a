using OpenWebUi.Services.Models;

namespace OpenWebUi.Services.Completion;

/// <summary>What is asked of a provider.</summary>
/// <param name="Model">As the caller names it.</param>
/// <param name="Body">The request: a JSON object in UTF-8, OpenAI chat completion form, with model and stream:true already in it.</param>
/// <param name="OwnKey">The caller's own provider key, or null. It goes only where <see cref="ModelRouter"/> lets it.</param>
/// <param name="Viewer">Whose call it is: it reaches the models that this viewer may use.</param>
internal sealed record CompletionCall(string Model, ReadOnlyMemory<byte> Body, string? OwnKey, ModelViewer Viewer);
