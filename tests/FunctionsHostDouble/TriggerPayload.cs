using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenWebUi.FunctionsHostDouble;

/// <summary>
/// The bodies of timer and queue invocations: <c>{"Data":{binding:value},"Metadata":{...}}</c>, where objects stay objects and
/// everything else is serialised into a string, so that text arrives encoded twice.
/// </summary>
internal static class TriggerPayload
{
    /// <summary>Like Newtonsoft's writer, which the host uses: only what JSON demands is escaped.</summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Timer(FunctionDeclaration function, bool isPastDue, DateTimeOffset now)
    {
        var timer = new JsonObject
        {
            ["Schedule"] = new JsonObject { ["AdjustForDST"] = true },
            ["ScheduleStatus"] = new JsonObject { ["Last"] = Iso(now.AddDays(-1)), ["LastUpdated"] = Iso(now.AddDays(-1)), ["Next"] = Iso(now.AddDays(1)) },
            ["IsPastDue"] = isPastDue,
        };
        return Bytes(new JsonObject
        {
            ["Data"] = new JsonObject { [function.BindingName] = timer },
            ["Metadata"] = new JsonObject { ["sys"] = System(function, now) },
        });
    }

    public static byte[] Queue(FunctionDeclaration function, string message, int dequeueCount, DateTimeOffset now) => Bytes(new JsonObject
    {
        ["Data"] = new JsonObject { [function.BindingName] = Encoded(message) },
        ["Metadata"] = new JsonObject
        {
            ["DequeueCount"] = FormattableString.Invariant($"{dequeueCount}"),
            ["ExpirationTime"] = Encoded(Iso(now.AddDays(7))),
            ["Id"] = Encoded(Guid.NewGuid().ToString()),
            ["InsertionTime"] = Encoded(Iso(now)),
            ["NextVisibleTime"] = Encoded(Iso(now.AddMinutes(10))),
            ["PopReceipt"] = Encoded("AgAAAAMAAAAAAAAAstub"),
            ["QueueTrigger"] = Encoded(message),
            ["sys"] = System(function, now),
        },
    });

    /// <summary>The text of a message as it lies in the queue; null where it is not what host.json says.</summary>
    public static string? Decode(string raw, bool isBase64)
    {
        if (!isBase64)
        {
            return raw;
        }

        try
        {
            return global::System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(raw));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static JsonObject System(FunctionDeclaration function, DateTimeOffset now) => new()
    {
        ["MethodName"] = function.Name,
        ["UtcNow"] = Iso(now),
        ["RandGuid"] = Guid.NewGuid().ToString(),
    };

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("O", global::System.Globalization.CultureInfo.InvariantCulture);

    private static string Encoded(string text) => global::System.Text.Encoding.UTF8.GetString(Bytes(JsonValue.Create(text)));

    private static byte[] Bytes(JsonNode node)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Plain))
        {
            node.WriteTo(writer);
        }

        return stream.ToArray();
    }
}
