using System.Text.Json;

namespace OpenWebUi.Services.Upstreams;

/// <summary>What became of a form.</summary>
/// <param name="Connection">With every field that could be read; of a new one the name is empty where the form has none (<see cref="ConnectionNames.Named"/>).</param>
/// <param name="Faults">What is wrong, by field; empty: it may be stored and asked.</param>
/// <param name="IsMoved">Scheme, host or port are others than before: what was secret before is not in it.</param>
internal sealed record FilledForm(Connection Connection, IReadOnlyDictionary<string, string> Faults, bool IsMoved);

/// <summary>
/// Reads the fields of a connection as an administrator writes them (docs/connections.md) over what was there before. Fields
/// that are not sent stay. A key or a header's value never comes along to another scheme, host or port.
/// </summary>
internal static class ConnectionForm
{
    private const int MaxNameCharacters = 60;
    private const int MaxUrlCharacters = 2_000;
    private const int MaxPrefixCharacters = 40;

    /// <param name="form">An object.</param>
    /// <param name="before">What is changed, with its secrets; null: a new one.</param>
    /// <param name="id">Of a new one.</param>
    public static FilledForm Fill(JsonElement form, Connection? before, string id)
    {
        var fields = new FieldReader(form);
        var kind = ConnectionWords.Kind(fields.Choice("kind", ConnectionWords.Kinds)) ?? before?.Kind ?? Missing(fields, "kind", ConnectionKind.OpenAi);
        var url = Url(fields, kind, before);
        var isMoved = before is not null && url.Length > 0 && BaseUrl.OriginOf(url) != BaseUrl.OriginOf(before.BaseUrl);
        var kept = isMoved ? null : before;
        var isAzure = kind == ConnectionKind.AzureOpenAi;
        var over = before ?? new Connection(id, "", kind, url, []);
        var connection = over with
        {
            Kind = kind,
            BaseUrl = url,
            Provider = ConnectionWords.Of(kind),
            Name = Or(fields, "name", fields.Text("name", MaxNameCharacters, IsLine, $"one line of 1 to {MaxNameCharacters} characters") ?? "", isMoved && ConnectionNames.IsDefault(over) ? "" : over.Name),
            Auth = Auth(fields, kind, over.Auth),
            Keys = ConnectionSecrets.Keys(fields, kept),
            Headers = ConnectionSecrets.Headers(fields, kept),
            Organization = Or(fields, "organization", fields.Text("organization", 200, IsVisible, "at most 200 visible ASCII characters"), over.Organization),
            ApiVersion = OnlyAzure(fields, "api_version", isAzure, Or(fields, "api_version",
                fields.Text("api_version", 40, text => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.'), "a version such as 2024-10-21"), isAzure ? over.ApiVersion : null)),
            Deployments = Deployments(fields, isAzure, over),
            PrefixId = Or(fields, "prefix_id", fields.Text("prefix_id", MaxPrefixCharacters, IsPrefix,
                $"at most {MaxPrefixCharacters} letters, digits, dots, dashes and underscores, without a dot at an end"), over.PrefixId),
            Tags = Tags(fields) ?? over.Tags,
            ModelIds = fields.Texts("model_ids", 500, 256) ?? (fields.Has("model_ids") ? [] : over.ModelIds),
            Weight = fields.Integer("weight", 1, 100) ?? over.Weight,
            IsEnabled = fields.Flag("enabled") ?? over.IsEnabled,
            SaysLocal = Or(fields, "connection_type", fields.Choice("connection_type", ["local", "external"]) is { } type ? type == "local" : null, over.SaysLocal),
            GroupIds = Or(fields, "group_ids", fields.Texts("group_ids", 100, 100), over.GroupIds),
        };
        if (url.Length > 0)
        {
            CheckTogether(fields, connection);
        }

        return new(connection, fields.Faults, isMoved);
    }

    private static void CheckTogether(FieldReader fields, Connection connection)
    {
        ConnectionSecrets.Check(fields, connection);
        if (ConnectionRows.Fields(connection).Length > ConnectionRows.MaxFieldCharacters)
        {
            fields.Refuse(connection.Deployments.Count > connection.ModelIds.Count ? "deployments" : "model_ids",
                $"All fields together have more than {ConnectionRows.MaxFieldCharacters} characters. Name fewer models.");
        }
    }

    /// <summary>A field that is there, also as null, counts; else what was before.</summary>
    private static T Or<T>(FieldReader fields, string field, T sent, T before) => fields.Has(field) ? sent : before;

    private static T Missing<T>(FieldReader fields, string field, T stand)
    {
        fields.Refuse(field, $"'{field}' is missing.");
        return stand;
    }

    private static string Url(FieldReader fields, ConnectionKind kind, Connection? before)
    {
        const string expected = "an http or https URL such as https://api.openai.com/v1, without user name, query or fragment";
        var text = fields.Text("base_url", MaxUrlCharacters, _ => true, expected) ?? before?.BaseUrl ?? Missing(fields, "base_url", "");
        // A new kind has its base elsewhere on the same server.
        var url = text == before?.BaseUrl && kind == before.Kind ? text : BaseUrl.Of(kind, text);
        if (url is null)
        {
            if (text.Length > 0)
            {
                fields.Fault("base_url", expected);
            }

            return before?.BaseUrl ?? "";
        }

        if (AddressGuard.Refuses(new Uri(url)))
        {
            fields.Refuse("base_url", AddressGuard.Refusal);
        }

        return url;
    }

    private static ConnectionAuth Auth(FieldReader fields, ConnectionKind kind, ConnectionAuth before)
    {
        var auth = ConnectionWords.Auth(fields.Choice("auth", ConnectionWords.Auths)) ?? before;
        if (auth != ConnectionAuth.ManagedIdentity || kind == ConnectionKind.AzureOpenAi)
        {
            return auth;
        }

        if (fields.Has("auth"))
        {
            fields.Refuse("auth", "'managed_identity' is for the kind 'azure' only.");
        }

        return ConnectionAuth.Key;
    }

    private static string? OnlyAzure(FieldReader fields, string field, bool isAzure, string? value)
    {
        if (value is not null && !isAzure)
        {
            fields.Refuse(field, $"'{field}' is for the kind 'azure' only.");
        }

        return value;
    }

    private static IReadOnlyDictionary<string, string> Deployments(FieldReader fields, bool isAzure, Connection before)
    {
        if (!fields.Has("deployments"))
        {
            return isAzure ? before.Deployments : new Dictionary<string, string>();
        }

        var members = fields.Members("deployments", 100) ?? [];
        if (members.Any(m => m.Name.Length is 0 or > 256 || m.Name.Any(char.IsControl) || m.Value is not { Length: > 0 and <= 64 } name
            || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')))
        {
            fields.Fault("deployments", "model names with a deployment's name each (letters, digits, dots, dashes and underscores, at most 64)");
            return before.Deployments;
        }

        if (members.Count > 0 && !isAzure)
        {
            fields.Refuse("deployments", "'deployments' is for the kind 'azure' only.");
        }

        return members.DistinctBy(m => m.Name).ToDictionary(m => m.Name, m => m.Value!);
    }

    /// <summary>Texts, or objects with a name, as Open WebUI has them.</summary>
    private static IReadOnlyList<string>? Tags(FieldReader fields)
    {
        if (fields.Value("tags") is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0
            && list.EnumerateArray().All(tag => tag.ValueKind == JsonValueKind.Object && tag.TryGetProperty("name", out _)))
        {
            using var names = JsonDocument.Parse($$"""{"tags":[{{string.Join(',', list.EnumerateArray().Select(tag => tag.GetProperty("name").GetRawText()))}}]}""");
            var plain = new FieldReader(names.RootElement);
            var tags = plain.Texts("tags", 20, 50);
            foreach (var (field, message) in plain.Faults)
            {
                fields.Refuse(field, message);
            }

            return tags;
        }

        return fields.Texts("tags", 20, 50) ?? (fields.Has("tags") ? [] : null);
    }

    private static bool IsLine(string text) => !text.Any(char.IsControl);

    private static bool IsVisible(string text) => text.All(c => c is > ' ' and <= '~');

    private static bool IsPrefix(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && text[0] != '.' && text[^1] != '.';
}
