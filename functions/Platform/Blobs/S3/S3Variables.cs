using System.Text.RegularExpressions;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Platform.Blobs.S3;

/// <summary>Reads <c>S3_*</c>, with the names and meanings of Open WebUI (its <c>config.py</c>), where they are boto3's (botocore's <c>Config</c>).</summary>
internal static partial class S3Variables
{
    private const string DefaultRegion = "us-east-1";

    /// <summary>Leaves room for the longest path in a key, which has at most 1,024 bytes.</summary>
    private const int MaxPrefixChars = 400;

    /// <summary>The bucket, or null after a fault. Nothing is called.</summary>
    /// <param name="reader">The environment.</param>
    /// <param name="defaultPrefix">What keys begin with where <c>S3_KEY_PREFIX</c> is not set: a bucket is often shared, and housekeeping must know what is ours.</param>
    public static S3Bucket? Read(VariableReader reader, string defaultPrefix)
    {
        var credential = ReadCredential(reader);
        var prefix = ReadPrefix(reader, defaultPrefix);
        var region = ReadRegion(reader);
        var name = ReadName(reader);
        var address = name is null || region is null ? null : ReadAddress(reader, name, region);
        return credential is null || prefix is null || address is null ? null : new S3Bucket(name!, address, region!, prefix, credential);
    }

    private static S3Credential? ReadCredential(VariableReader reader)
    {
        const string Wanted = "of an access key of the S3 service, because STORAGE_PROVIDER is s3; the role of a machine is not asked here";
        var id = reader.Text("S3_ACCESS_KEY_ID");
        var secret = reader.Text("S3_SECRET_ACCESS_KEY");
        if (id is not { Length: <= 256 } || !CredentialText().IsMatch(id))
        {
            reader.Fault("S3_ACCESS_KEY_ID", id ?? "nothing", "the id " + Wanted, secret: id is not null);
            id = null;
        }

        if (secret is not { Length: <= 1_024 })
        {
            reader.Fault("S3_SECRET_ACCESS_KEY", secret ?? "nothing", "the secret " + Wanted, secret: secret is not null);
            secret = null;
        }

        return id is null || secret is null ? null : new S3Credential(id, secret);
    }

    private static BlobPath? ReadPrefix(VariableReader reader, string defaultPrefix)
    {
        var text = reader.Text("S3_KEY_PREFIX")?.Trim('/') ?? defaultPrefix;
        if (text.Length <= MaxPrefixChars && BlobPath.TryParse(text, out var prefix))
        {
            return prefix;
        }

        reader.Fault("S3_KEY_PREFIX", text, $"what keys begin with: letters, digits, . _ - (no dot at either end), slashes between parts, at most {MaxPrefixChars} characters; nothing means {defaultPrefix}");
        return null;
    }

    private static string? ReadRegion(VariableReader reader)
    {
        var region = reader.Text("S3_REGION_NAME") ?? DefaultRegion;
        if (RegionName().IsMatch(region))
        {
            return region;
        }

        reader.Fault("S3_REGION_NAME", region, $"a region such as eu-central-1, or what the service's documentation names; nothing means {DefaultRegion}");
        return null;
    }

    private static string? ReadName(VariableReader reader)
    {
        var name = reader.Text("S3_BUCKET_NAME");
        if (name is not null && BlobPath.IsSegment(name))
        {
            return name;
        }

        reader.Fault("S3_BUCKET_NAME", name ?? "nothing", "the name of a bucket that is there: letters, digits, dots and hyphens, because STORAGE_PROVIDER is s3");
        return null;
    }

    /// <summary>
    /// As botocore chooses it: the bucket is a host of its own at AWS, and a part of the path anywhere else; never a host where its
    /// name cannot be one, or has a dot, which the service's certificate would not cover.
    /// </summary>
    private static string? ReadAddress(VariableReader reader, string name, string region)
    {
        var style = reader.Text("S3_ADDRESSING_STYLE") ?? "auto";
        if (style is not ("auto" or "path" or "virtual"))
        {
            reader.Fault("S3_ADDRESSING_STYLE", style, "auto, path or virtual");
            return null;
        }

        var isHost = HostLabel().IsMatch(name);
        if (style == "virtual" && !isHost)
        {
            reader.Fault("S3_ADDRESSING_STYLE", style, $"path, or nothing: the name of the bucket, {name}, can be no host");
            return null;
        }

        var endpoint = reader.Text("S3_ENDPOINT_URL");
        if (reader.Flag("S3_USE_ACCELERATE_ENDPOINT") == true)
        {
            if (endpoint is null && style != "path" && isHost)
            {
                return $"https://{name}.s3-accelerate.amazonaws.com";
            }

            reader.Fault("S3_USE_ACCELERATE_ENDPOINT", "true", "false with S3_ENDPOINT_URL, with S3_ADDRESSING_STYLE=path, and for a bucket whose name can be no host");
            return null;
        }

        if (endpoint is null)
        {
            var service = $"s3.{region}.amazonaws.com{(region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}";
            return style != "path" && isHost ? $"https://{name}.{service}" : $"https://{service}/{name}";
        }

        if (!Uri.TryCreate(endpoint.TrimEnd('/'), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Query != "" || url.Fragment != "" || url.UserInfo != "")
        {
            reader.Fault("S3_ENDPOINT_URL", endpoint, "the http or https address of an S3 service without the bucket, such as https://s3.example.com, or nothing for Amazon's", secret: true);
            return null;
        }

        var path = url.AbsolutePath.TrimEnd('/');
        return style == "virtual" ? $"{url.Scheme}://{name}.{url.Authority}{path}" : $"{url.Scheme}://{url.Authority}{path}/{name}";
    }

    [GeneratedRegex("^[!-~]+$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex CredentialText();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9-]{0,62}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex RegionName();

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex HostLabel();
}
