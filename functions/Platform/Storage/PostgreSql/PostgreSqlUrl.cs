using System.Globalization;
using Npgsql;

namespace OpenWebUi.Platform.Storage.PostgreSql;

/// <summary>
/// Reads <c>postgresql://user:password@host:port/database?sslmode=require</c>: the form of libpq and SQLAlchemy ("Connection URIs",
/// postgresql.org, read 2026-11), also with a driver behind the scheme (<c>postgresql+psycopg2</c>), which means nothing here. Parts are percent-decoded.
/// </summary>
internal static class PostgreSqlUrl
{
    public const string Form = "postgresql://<user>:<password>@<host>:<port>/<database>";

    private const string Parameters = "sslmode, sslrootcert, channel_binding, connect_timeout, application_name and host";

    /// <summary>Whether the text is for this reader, right or wrong.</summary>
    public static bool Is(string url) => url.IndexOf("://", StringComparison.Ordinal) is > 0 and var end && IsType(url[..end]);

    /// <summary>Whether the word before <c>://</c>, or in <c>DATABASE_TYPE</c>, is PostgreSQL, by whatever driver.</summary>
    public static bool IsType(string scheme) => scheme.Split('+')[0].ToLowerInvariant() is "postgres" or "postgresql";

    /// <param name="url">For which <see cref="Is"/> holds.</param>
    /// <param name="problem">What is wrong where the answer is null; tells nothing of what the URL holds.</param>
    public static PostgreSqlOptions? Parse(string url, out string problem)
    {
        // 1. user:password@, as SQLAlchemy cuts it: the password may hold / and ?, but no @.
        var rest = url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var (user, password) = ("", (string?)null);
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        var userEnd = colon >= 0 && colon < at ? colon : at;
        if (at >= 0 && !rest[..userEnd].Contains('/', StringComparison.Ordinal))
        {
            user = Decode(rest[..userEnd]);
            password = userEnd < at ? Decode(rest[(userEnd + 1)..at]) : null;
            rest = rest[(at + 1)..];
        }

        // 2. host:port
        var queryStart = rest.IndexOf('?', StringComparison.Ordinal);
        var query = queryStart >= 0 ? rest[(queryStart + 1)..] : "";
        rest = queryStart >= 0 ? rest[..queryStart] : rest;
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (place, database) = slash >= 0 ? (rest[..slash], Decode(rest[(slash + 1)..])) : (rest, "");
        if (!IsPlace(place, out var host, out var port))
        {
            problem = "its host is none; characters such as @ : / ? # in a password are percent-encoded (%40 %3A %2F %3F %23)";
            return null;
        }

        // 3. database, then parameters
        var options = new PostgreSqlOptions(host, port, database, user, password);
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals > 0 ? (pair[..equals], Decode(pair[(equals + 1)..])) : (pair, "");
            if (With(options, name, value, out problem) is not { } changed)
            {
                return null;
            }

            options = changed;
        }

        problem = options switch
        {
            { User: "" } => "it names no user",
            { Database: "" } => "it names no database",
            { Host: "" } => "it names no host",
            _ => "",
        };
        return problem.Length == 0 ? options : null;
    }

    /// <summary>The word of libpq for how TLS is used; null for another word.</summary>
    public static SslMode? TlsOf(string word) => word.ToLowerInvariant() switch
    {
        "disable" => SslMode.Disable,
        "allow" => SslMode.Allow,
        "prefer" => SslMode.Prefer,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        _ => null,
    };

    /// <summary>A name, an address, [an IPv6 address], nothing (where a parameter names it); with or without a port.</summary>
    public static bool IsPlace(string place, out string host, out int port)
    {
        (host, port) = (Decode(place), PostgreSqlOptions.DefaultPort);
        var end = place.StartsWith('[') ? place.IndexOf(']', StringComparison.Ordinal) + 1 : place.LastIndexOf(':') is >= 0 and var colon ? colon : place.Length;
        if (place.StartsWith('[') && end == 0)
        {
            return false;
        }

        host = Decode(place[..end].Trim('[', ']'));
        var digits = place[end..];
        var hasPort = digits.Length == 0
            || (digits[0] == ':' && int.TryParse(digits.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= ushort.MaxValue);
        // One host: a list would be tried in turn, which is for a server's replicas to decide and not for us. A slash begins a socket's folder.
        return hasPort && host.All(c => c is > ' ' and <= '~' and not (',' or '@' or '?' or '#'))
            && (host.StartsWith('/') || !host.Contains('/', StringComparison.Ordinal)) && (place.StartsWith('[') || !host.Contains(':', StringComparison.Ordinal));
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text);

    private static PostgreSqlOptions? With(PostgreSqlOptions options, string name, string value, out string problem)
    {
        problem = "";
        switch (name.ToLowerInvariant())
        {
            case "sslmode" or "ssl" when TlsOf(value) is { } mode:
                return options with { Tls = mode };
            case "ssl" when value.Equals("true", StringComparison.OrdinalIgnoreCase):
                return options with { Tls = SslMode.Require };
            case "sslmode" or "ssl":
                problem = $"its {name} is none of disable, allow, prefer, require, verify-ca and verify-full";
                return null;
            case "sslrootcert":
                return options with { AuthorityFile = value is "system" or "" ? null : value };
            case "channel_binding" when Enum.TryParse<ChannelBinding>(value, ignoreCase: true, out var binding) && Enum.IsDefined(binding):
                return options with { ChannelBinding = binding };
            case "connect_timeout" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 60:
                return options with { ConnectTimeout = TimeSpan.FromSeconds(seconds) };
            case "channel_binding" or "connect_timeout":
                problem = name == "connect_timeout" ? "its connect_timeout is no number of seconds from 1 to 60" : "its channel_binding is none of disable, prefer and require";
                return null;
            case "application_name":
                return options with { ApplicationName = value };
            case "host":
                return options with { Host = value };
            default:
                problem = $"it has a parameter that is not known here; those are {Parameters}";
                return null;
        }
    }
}
