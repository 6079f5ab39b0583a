using System.Globalization;
using System.Text;
using Azure.Core;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.Realtime;

/// <summary>An Azure SignalR Service in serverless mode: where it is and how a call proves who makes it.</summary>
/// <param name="Endpoint">https, or http on this machine alone.</param>
/// <param name="AccessKey">Signs tokens (HS256); null where an identity asks.</param>
/// <param name="Identity">The Entra identity, made at the first call; it needs the role SignalR REST API Owner. Null where there is a key.</param>
internal sealed record RealtimeService(Uri Endpoint, byte[]? AccessKey, Lazy<TokenCredential>? Identity)
{
    /// <summary>What stands before the slash of every address. A <see cref="Uri"/> without a path prints one itself.</summary>
    public string Root => Endpoint.AbsoluteUri.TrimEnd('/');

    /// <summary>What the page connects to, for the content security policy: the service's https and wss origins.</summary>
    public string Origins => $"{Endpoint.GetLeftPart(UriPartial.Authority)} {(Endpoint.Scheme == "https" ? "wss" : "ws")}://{Endpoint.Authority}";

    /// <summary>Never the key.</summary>
    public override string ToString() => Root;
}

/// <summary>
/// <c>AzureSignalRConnectionString</c>, or <c>AzureSignalRConnectionString__serviceUri</c> with an identity: the names of the Functions binding
/// for SignalR Service ("SignalR Service bindings for Azure Functions", learn.microsoft.com, read 2026-11). The string counts where both are set.
/// </summary>
/// <param name="Service">Null, the default: browsers hear of each other's changes when somebody looks at them.</param>
internal sealed record RealtimeOptions(RealtimeService? Service)
{
    public const string Variable = "AzureSignalRConnectionString";

    public static RealtimeOptions Read(VariableReader reader)
    {
        if (reader.Text(Variable) is { } text)
        {
            return new(ReadText(text, reader));
        }

        if (EntraVariables.Part(reader, Variable, "serviceUri") is not { } address)
        {
            foreach (var part in (string[])["credential", "clientId", "managedIdentityResourceId"])
            {
                if (EntraVariables.Part(reader, Variable, part) is { } alone)
                {
                    reader.Fault(EntraVariables.Name(Variable, part), alone, $"nothing, unless {EntraVariables.Name(Variable, "serviceUri")} names a SignalR Service", secret: true);
                }
            }

            return new(Service: null);
        }

        var identity = EntraVariables.Identity(reader, Variable);
        if (ParseEndpoint(address) is { } endpoint)
        {
            return new(identity is null ? null : new RealtimeService(endpoint, AccessKey: null, identity));
        }

        reader.Fault(EntraVariables.Name(Variable, "serviceUri"), address, "the https address of a SignalR Service, such as https://NAME.service.signalr.net", secret: true);
        return new(Service: null);
    }

    private static RealtimeService? ReadText(string text, VariableReader reader)
    {
        var parts = StorageAccountText.Parts(text);
        if (parts is null || !parts.TryGetValue("Endpoint", out var address) || ParseEndpoint(address) is not { } endpoint)
        {
            return Refuse("Endpoint=https://NAME.service.signalr.net;AccessKey=...;Version=1.0;");
        }

        if (parts.ContainsKey("AuthType"))
        {
            return Refuse($"AccessKey=... in it; for an identity set {EntraVariables.Name(Variable, "serviceUri")} instead");
        }

        if (!parts.TryGetValue("AccessKey", out var key) || key.Length == 0)
        {
            return Refuse("AccessKey=... in it, as the portal shows it under Keys");
        }

        if (parts.TryGetValue("Version", out var version) && version != "1.0")
        {
            return Refuse("Version=1.0 in it");
        }

        if (parts.TryGetValue("Port", out var port))
        {
            if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return Refuse("a number in Port");
            }

            endpoint = new UriBuilder(endpoint) { Port = number }.Uri;
        }

        var unknown = parts.Keys.FirstOrDefault(name => !Known.Contains(name, StringComparer.OrdinalIgnoreCase));
        return unknown is null ? new(endpoint, Encoding.UTF8.GetBytes(key), Identity: null) : Refuse("nothing but Endpoint, AccessKey, Port and Version in it");

        RealtimeService? Refuse(string expected)
        {
            reader.Fault(Variable, text, expected, secret: true);
            return null;
        }
    }

    private static readonly string[] Known = ["Endpoint", "AccessKey", "Port", "Version"];

    /// <summary>A token travels in every request, so without TLS only to this machine (an emulator).</summary>
    private static Uri? ParseEndpoint(string text) =>
        StorageAccount.ParseEndpoint(text) is { } url && (url.Scheme == "https" || url.IsLoopback) && url.AbsolutePath == "/" ? url : null;
}
