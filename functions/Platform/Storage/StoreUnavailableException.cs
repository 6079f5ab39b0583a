namespace OpenWebUi.Platform.Storage;

/// <summary>
/// The store could not be reached or cannot be used. The message is one sentence for an operator: what is wrong, where,
/// and what to do. After a write, the change may or may not have happened: repeat it only under a condition.
/// </summary>
internal sealed class StoreUnavailableException(string message, Exception? innerException = null)
    : Exception(message, innerException);
