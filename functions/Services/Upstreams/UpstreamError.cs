using System.Buffers;
using System.Text;
using System.Text.Json;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Upstreams;

/// <summary>What a provider answered instead of a success.</summary>
/// <param name="Json">Its body, where that is JSON: it is passed on untouched, because SDKs read it.</param>
/// <param name="Report">The same in our words, for bodies that are pages or plain text.</param>
internal sealed record UpstreamError(byte[]? Json, ErrorReport Report)
{
    /// <summary>An error body is some hundred bytes; the rest of a longer one says nothing to a caller.</summary>
    private const int MaxBytes = 256 * 1024;

    private const int MaxShownCharacters = 500;

    public static async Task<UpstreamError> ReadAsync(HttpResponseMessage response, Connection connection, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        var body = Masked(await ReadBoundedAsync(await response.Content.ReadAsStreamAsync(cancellation), cancellation), connection);
        var isJson = IsJson(body);
        // A compressed body that nobody asked for is no text either.
        var text = isJson || response.Content.Headers.ContentEncoding.Count > 0 ? null : TextOf(body, response.Content.Headers.ContentType?.MediaType);
        return new(
            isJson ? body : null,
            new ErrorReport(status, "upstream_status", $"{connection.Name} answered {status}" + (string.IsNullOrEmpty(text) ? "." : ": " + text)));
    }

    /// <summary>The error as one SSE event: its JSON on a single line.</summary>
    public byte[] AsEvent()
    {
        if (Json is null)
        {
            return ErrorWriter.StreamEvent(Report, ErrorDialect.OpenAi);
        }

        var buffer = new ArrayBufferWriter<byte>(Json.Length + 16);
        buffer.Write("data: "u8);
        using (var document = JsonDocument.Parse(Json))
        using (var json = new Utf8JsonWriter(buffer))
        {
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("error", out _))
            {
                document.RootElement.WriteTo(json);
            }
            else
            {
                // vLLM and others put the error at the top; a stream's reader looks for "error".
                json.WriteStartObject();
                json.WritePropertyName("error");
                document.RootElement.WriteTo(json);
                json.WriteEndObject();
            }
        }

        buffer.Write("\n\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A provider that repeats the key it refuses must not tell it to our callers.</summary>
    public static string Masked(string text, Connection connection) =>
        connection.Secrets.Aggregate(text, (masked, key) => masked.Replace(key, "***", StringComparison.Ordinal));

    private static byte[] Masked(byte[] body, Connection connection) =>
        connection.Secrets.Any(key => body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(key)) >= 0)
            ? Encoding.UTF8.GetBytes(Masked(Encoding.UTF8.GetString(body), connection))
            : body;

    private static async Task<byte[]> ReadBoundedAsync(Stream from, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[8 * 1024];
        int read;
        while (bytes.Length < MaxBytes && (read = await from.ReadAsync(buffer, cancellation)) > 0)
        {
            bytes.Write(buffer, 0, read);
        }

        return bytes.ToArray();
    }

    private static bool IsJson(byte[] body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            reader.Read();
            var isContainer = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            reader.Skip();
            return isContainer && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A web page says nothing to a caller; plain text may.</summary>
    private static string TextOf(byte[] body, string? mediaType)
    {
        if (mediaType is "text/html")
        {
            return "a web page, not an API answer. The base URL may lack /v1, or something stands in front of the provider.";
        }

        var text = Encoding.UTF8.GetString(body).Trim();
        text = text.StartsWith('<') ? "" : new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);
        return text.Length <= MaxShownCharacters ? text : text[..MaxShownCharacters] + "...";
    }
}
