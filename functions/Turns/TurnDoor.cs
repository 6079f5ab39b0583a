using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;

namespace OpenWebUi.Turns;

/// <summary>
/// Stands before the relay at <c>/api/chat/completions</c>, which two kinds of calls share: one that names a chat is a turn
/// and is taken here, any other goes on to the relay with its body untouched. The body is held for the look, so this is the
/// one relay path on which a call waits for the end of its own body.
/// </summary>
internal sealed class TurnDoor(BeginTurn begin, ModelCatalog catalog)
{
    /// <summary>Kept plain completions say so in this header, with the value <c>chat</c>.</summary>
    public const string StoreHeader = "X-OpenWebUI-Store";

    /// <summary>A turn carries one message, perhaps with pictures. What is larger is the relay's.</summary>
    private const int MaxHeldBytes = 32 * 1024 * 1024;

    private const int FirstBufferBytes = 64 * 1024;

    /// <returns>True where the call was a turn and is answered.</returns>
    public async Task<bool> TryAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method) || request.HasFormContentType || request.ContentLength > MaxHeldBytes)
        {
            return false;
        }

        var (held, length, isWhole) = await HoldAsync(request, context.RequestAborted);
        request.Body = new HeldBody(held, length, request.Body);
        var isKept = request.Headers[StoreHeader].ToString().Equals("chat", StringComparison.OrdinalIgnoreCase);
        if (!isWhole || !IsTurn(held.AsSpan(0, length), isKept))
        {
            return false;
        }

        if (AccessGate.CallerOf(context) is not { Owner: { } owner } caller)
        {
            await ErrorWriter.WriteAsync(context, new(403, "stores_nothing",
                "This credential stores nothing. Leave 'chat_id' and the header X-OpenWebUI-Store out for a plain completion, or open the site with an access code."));
            return true;
        }

        await begin.HandleAsync(context, new(owner, catalog.ViewerOf(caller), caller.OwnKey), held.AsMemory(0, length), isKept);
        return true;
    }

    private static async Task<(byte[] Held, int Length, bool IsWhole)> HoldAsync(HttpRequest request, CancellationToken cancellation)
    {
        // A length is only a claim: what it names is held when it has come.
        var end = (int)(request.ContentLength ?? MaxHeldBytes);
        var held = new byte[Math.Clamp(end, 1, FirstBufferBytes)];
        var length = 0;
        while (true)
        {
            // The last byte of a known length is the end: no further read is needed.
            if (length == request.ContentLength)
            {
                return (held, length, true);
            }

            if (length == held.Length)
            {
                if (length >= MaxHeldBytes)
                {
                    return (held, length, false);
                }

                Array.Resize(ref held, Math.Min(Math.Max(1, end), held.Length * 2));
            }

            var read = await request.Body.ReadAsync(held.AsMemory(length), cancellation);
            if (read == 0)
            {
                return (held, length, true);
            }

            length += read;
        }
    }

    /// <summary>Whether the body names a chat at its top level. What is no JSON object is the relay's to refuse.</summary>
    private static bool IsTurn(ReadOnlySpan<byte> body, bool isKept)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            var isTurn = isKept;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var names = reader.ValueTextEquals("chat_id"u8) || reader.ValueTextEquals("user_message"u8) || reader.ValueTextEquals("message_ids"u8);
                reader.Read();
                isTurn |= names && reader.TokenType is not (JsonTokenType.Null or JsonTokenType.False) && !(reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(""u8));
                reader.Skip();
            }

            return isTurn && reader.TokenType == JsonTokenType.EndObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
