using Azure.Core;

namespace OpenWebUi.Platform.Azure;

/// <summary>How calls to a storage account prove who makes them. Neither form ever prints its secret.</summary>
internal abstract record StorageCredential
{
    private StorageCredential()
    {
    }

    /// <summary>The account's key, which may do everything: requests are signed with HMAC-SHA256.</summary>
    public sealed record SharedKey(byte[] Key) : StorageCredential
    {
        public override string ToString() => "SharedKey";
    }

    /// <summary>An Entra identity. It is made at the first call: making one costs more than the rest of the start.</summary>
    public sealed record Entra(Lazy<TokenCredential> Identity) : StorageCredential
    {
        public override string ToString() => "Entra";
    }
}
