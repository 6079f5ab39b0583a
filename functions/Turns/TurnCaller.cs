using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;

namespace OpenWebUi.Turns;

/// <summary>Whose turn it is.</summary>
/// <param name="Owner">Of the chat.</param>
/// <param name="Viewer">Which models the owner may use.</param>
/// <param name="OwnKey">A provider key that came along, or null.</param>
internal sealed record TurnCaller(OwnerId Owner, ModelViewer Viewer, string? OwnKey);
