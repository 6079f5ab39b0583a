using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Platform.Azure;

/// <summary>Reads the connection string of a storage account. Names are compared without case; parts we do not use may stand in it.</summary>
internal static class StorageAccountText
{
    // Public knowledge: every emulator has this account and this key ("Use the Azurite emulator", learn.microsoft.com, read 2026-11).
    private const string AzuriteName = "devstoreaccount1";
    private const string AzuriteKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const int AzuriteBlobPort = 10000;
    private const int AzuriteTablePort = 10002;
    private const string DefaultSuffix = "core.windows.net";

    /// <summary>The account, or null after a fault.</summary>
    public static StorageAccount? Read(string text, VariableReader reader)
    {
        if (Parts(text) is not { } parts)
        {
            return Refuse("a connection string: NAME=VALUE pairs with semicolons between them, each name once");
        }

        if (parts.TryGetValue("UseDevelopmentStorage", out var development))
        {
            return string.Equals(development, "true", StringComparison.OrdinalIgnoreCase)
                ? Azurite(parts.GetValueOrDefault("DevelopmentStorageProxyUri"))
                : Refuse("UseDevelopmentStorage=true, or an account's connection string without it");
        }

        if (parts.ContainsKey("SharedAccessSignature"))
        {
            return Refuse($"a connection string with AccountKey, or a managed identity ({StorageAccount.Variable}__accountName); a shared access signature is not supported");
        }

        if (!parts.TryGetValue("AccountName", out var name) || !IsName(name))
        {
            return Refuse("AccountName=... in it, in lower-case letters and digits");
        }

        if (!parts.TryGetValue("AccountKey", out var keyText) || Key(keyText) is not { } key)
        {
            return Refuse("AccountKey=... in it, the base64 text that the portal shows under Access keys");
        }

        var protocol = parts.GetValueOrDefault("DefaultEndpointsProtocol") ?? "https";
        var suffix = parts.GetValueOrDefault("EndpointSuffix") ?? DefaultSuffix;
        var tables = StorageAccount.ParseEndpoint(parts.GetValueOrDefault("TableEndpoint") ?? $"{protocol}://{name}.table.{suffix}");
        var blobs = StorageAccount.ParseEndpoint(parts.GetValueOrDefault("BlobEndpoint") ?? $"{protocol}://{name}.blob.{suffix}");
        return tables is null || blobs is null
            ? Refuse("http or https in DefaultEndpointsProtocol, and absolute addresses without a query in TableEndpoint and BlobEndpoint")
            : new StorageAccount(name, tables, blobs, new StorageCredential.SharedKey(key));

        StorageAccount? Azurite(string? proxy)
        {
            var host = StorageAccount.ParseEndpoint(proxy ?? "http://127.0.0.1");
            return host is null
                ? Refuse("an address such as http://127.0.0.1 in DevelopmentStorageProxyUri")
                : new StorageAccount(
                    AzuriteName,
                    new Uri($"{host.Scheme}://{host.Host}:{AzuriteTablePort}/{AzuriteName}"),
                    new Uri($"{host.Scheme}://{host.Host}:{AzuriteBlobPort}/{AzuriteName}"),
                    new StorageCredential.SharedKey(Convert.FromBase64String(AzuriteKey)));
        }

        StorageAccount? Refuse(string expected)
        {
            reader.Fault(StorageAccount.Variable, text, expected, secret: true);
            return null;
        }
    }

    /// <summary>Azure's rule is 3 to 24 lower-case letters and digits; an emulator's accounts may be named a little freer.</summary>
    internal static bool IsName(string name) =>
        name.Length is > 0 and <= 63 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>The pairs of a connection string of any service; null where it is none. Names are compared without case.</summary>
    internal static Dictionary<string, string>? Parts(string text)
    {
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || !parts.TryAdd(part[..equals].TrimEnd(), part[(equals + 1)..].TrimStart()))
            {
                return null;
            }
        }

        return parts;
    }

    private static byte[]? Key(string text)
    {
        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text, key, out var length) && length > 0 ? key[..length] : null;
    }
}
