namespace OpenWebUi.Services.Dialects;

/// <summary>
/// How calls of one client dialect to one path are made at a provider of another dialect. Holds nothing of a call and is safe to share;
/// <see cref="Begin"/> starts a call. Found by <see cref="Translations.Find"/>.
/// </summary>
internal abstract class Translation
{
    /// <summary>The dialect that the provider is spoken to in. An Ollama server is asked in OpenAI's where its own does not fit.</summary>
    public abstract WireDialect Provider { get; }

    /// <summary>The provider's path, relative to what its base URL stands for: <c>chat/completions</c>, <c>messages</c>, <c>embeddings</c>.</summary>
    public abstract string Path { get; }

    /// <summary>Translates a request. Once for every attempt at a provider: nothing is kept between two calls of this.</summary>
    /// <param name="body">The client's request, UTF-8 JSON. Not changed, and not used after the return.</param>
    /// <param name="time">For times and durations in answers.</param>
    /// <param name="providerModel">The provider's own name of the model, where that is not the one in the body.</param>
    /// <exception cref="Platform.Http.RefusedException">400: the body has not the client dialect's form, or asks for what the provider's dialect has no word for.</exception>
    public abstract TranslatedCall Begin(ReadOnlyMemory<byte> body, TimeProvider time, string? providerModel = null);
}

/// <summary>One call that is being translated. For one caller, one answer: either <see cref="Whole"/>, <see cref="Wrap"/> or <see cref="Error"/>.</summary>
internal abstract class TranslatedCall
{
    /// <summary>The request for the provider, UTF-8 JSON, <c>model</c> first.</summary>
    public abstract byte[] Body { get; }

    /// <summary>The client wants a stream (Ollama's do unless they say no); then <see cref="Body"/> asks the provider for one.</summary>
    public abstract bool WantsStream { get; }

    /// <summary>Content type of a stream to the client: <c>text/event-stream</c> or <c>application/x-ndjson</c>. Everything else is <c>application/json</c>.</summary>
    public virtual string StreamContentType => "text/event-stream";

    /// <summary>Translates a whole successful answer, UTF-8 JSON both.</summary>
    /// <exception cref="UnreadableAnswerException">It is not an answer of the provider's dialect.</exception>
    public abstract byte[] Whole(ReadOnlyMemory<byte> answer);

    /// <summary>
    /// Translates a stream while it comes: an event leaves as soon as it is complete, no read waits for more than it needs. The
    /// result is read asynchronously only, by one reader, and disposes of <paramref name="provider"/> with itself.
    /// Reading throws <see cref="IOException"/> when the provider ended before its answer did (what came before has been read by then), and
    /// <see cref="UnreadableAnswerException"/> for an event that is none, or too long. An error event of the provider's becomes one of the
    /// client's, and the stream ends without any sign of a true end.
    /// </summary>
    /// <param name="provider">Uncompressed.</param>
    public abstract Stream Wrap(Stream provider);

    /// <summary>Translates an error body. What it does not understand becomes a sentence with the status.</summary>
    /// <returns>The client's form, UTF-8 JSON; the status stays. As an event of a stream: <see cref="Platform.Http.ErrorWriter.AsEvent"/>.</returns>
    public abstract byte[] Error(int status, ReadOnlyMemory<byte> body);
}
