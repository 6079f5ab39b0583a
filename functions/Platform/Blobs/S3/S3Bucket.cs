namespace OpenWebUi.Platform.Blobs.S3;

/// <summary>A bucket of Amazon S3, or of a service that speaks like it, and who calls it.</summary>
/// <param name="Name">The bucket's name. It is never made by this program.</param>
/// <param name="Address">What stands before a key: the bucket's own host, or the service's with the bucket in the path. No slash at its end, no query.</param>
/// <param name="Region">Stands in every signature.</param>
/// <param name="Prefix">What all keys of ours begin with; a slash follows. A <see cref="BlobPath"/>, so that keys need no escaping.</param>
/// <param name="Credential">Whose signature it is.</param>
internal sealed record S3Bucket(string Name, string Address, string Region, BlobPath Prefix, S3Credential Credential)
{
    /// <summary>Host and port, for messages.</summary>
    public string Host => new Uri(Address).Authority;

    /// <summary>For the start: which bucket it is. Never a key.</summary>
    public string Shown => $"S3 bucket {Name} ({Host}, keys {Prefix}/...)";

    /// <summary>An object's key. A path has only characters that stand in a URL as they are (RFC 3986, section 2.3), and slashes.</summary>
    public string KeyOf(BlobPath path) => $"{Prefix}/{path}";

    /// <summary>The blob of a key; null for an object that is none of ours.</summary>
    public BlobPath? PathOf(string key) =>
        key.StartsWith($"{Prefix}/", StringComparison.Ordinal) && BlobPath.TryParse(key[(Prefix.Text.Length + 1)..], out var path) ? path : null;
}

/// <summary>An access key: its public id, and the secret, which never leaves this process.</summary>
internal sealed record S3Credential(string AccessKeyId, string Secret)
{
    public override string ToString() => "S3 access key";
}
