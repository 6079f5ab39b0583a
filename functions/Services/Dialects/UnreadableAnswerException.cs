namespace OpenWebUi.Services.Dialects;

/// <summary>What a provider sent is not an answer of its dialect, or an event of it is longer than <see cref="EventBuffer.MaxEventBytes"/>.</summary>
internal sealed class UnreadableAnswerException(string message, Exception? inner = null) : IOException(message, inner);
