namespace OpenWebUi.Services.Settings;

/// <summary>What is in force: a variable's value, else what an administrator saved, else the default.</summary>
internal sealed record AdminSettings
{
    /// <summary>The site's name. Default OpenWebUi.</summary>
    public required string Name { get; init; }

    /// <summary>The page's language on a first visit; empty takes the browser's, the default.</summary>
    public required string DefaultLocale { get; init; }

    /// <summary>Strangers may make an account. Default true. The very first account does not ask.</summary>
    public required bool EnableSignup { get; init; }

    /// <summary>Sign-in by e-mail and password is offered. Default true.</summary>
    public required bool EnableLoginForm { get; init; }

    /// <summary><c>pending</c> (the default), <c>user</c> or <c>admin</c>: what a new account is.</summary>
    public required string DefaultUserRole { get; init; }

    /// <summary>The group of a new account; null, the default: none.</summary>
    public required string? DefaultGroupId { get; init; }

    /// <summary>How long a session lasts. Default four weeks; null: for ever.</summary>
    public required TimeSpan? SessionLifetime { get; init; }

    /// <summary>Personal API keys work. Default false.</summary>
    public required bool EnableApiKeys { get; init; }

    /// <summary>API keys reach <see cref="ApiKeyPaths"/> only. Default false.</summary>
    public required bool RestrictApiKeyPaths { get; init; }

    /// <summary>Paths that begin with a slash. Default none.</summary>
    public required IReadOnlyList<string> ApiKeyPaths { get; init; }

    /// <summary>A pending account is told whom to ask. Default true.</summary>
    public required bool ShowAdminDetails { get; init; }

    /// <summary>Whom to ask; null, the default: the first admin.</summary>
    public required string? AdminEmail { get; init; }

    /// <summary>What a pending account reads; empty, the default: the page's own words.</summary>
    public required string PendingOverlayTitle { get; init; }

    /// <inheritdoc cref="PendingOverlayTitle"/>
    public required string PendingOverlayContent { get; init; }

    /// <summary>Notices on top of the page. Default none.</summary>
    public required IReadOnlyList<Banner> Banners { get; init; }

    /// <summary>Model ids, the first is chosen in a new chat. Default none: the first listed.</summary>
    public required IReadOnlyList<string> DefaultModels { get; init; }

    /// <summary>Model ids that the picker shows on top. Default none.</summary>
    public required IReadOnlyList<string> DefaultPinnedModels { get; init; }

    /// <summary>Model ids in the order in which lists begin. Default none.</summary>
    public required IReadOnlyList<string> ModelOrder { get; init; }

    /// <summary>First questions of an empty chat. Default none: the page's own.</summary>
    public required IReadOnlyList<PromptSuggestion> PromptSuggestions { get; init; }

    /// <summary>What every user may, before groups add to it. An administrator may everything.</summary>
    public required PermissionSet Permissions { get; init; }

    /// <param name="fixedBy">The environment.</param>
    /// <param name="saved">JSON by key. What this version cannot read counts as not saved.</param>
    public static AdminSettings Of(AdminSettingsOptions fixedBy, IReadOnlyDictionary<string, string> saved)
    {
        return new()
        {
            Name = Value(SettingList.Name),
            DefaultLocale = Value(SettingList.DefaultLocale),
            EnableSignup = Value(SettingList.EnableSignup),
            EnableLoginForm = Value(SettingList.EnableLoginForm),
            DefaultUserRole = Value(SettingList.DefaultUserRole),
            DefaultGroupId = TextOrNull(SettingList.DefaultGroupId),
            SessionLifetime = Settings.SessionLifetime.TryParse(Value(SettingList.JwtExpiresIn), out var lifetime)
                ? lifetime : throw new InvalidOperationException("A lifetime was taken that is none."),
            EnableApiKeys = Value(SettingList.EnableApiKeys),
            RestrictApiKeyPaths = Value(SettingList.RestrictApiKeyPaths),
            ApiKeyPaths = SettingList.Entries(Value(SettingList.ApiKeyPaths)),
            ShowAdminDetails = Value(SettingList.ShowAdminDetails),
            AdminEmail = TextOrNull(SettingList.AdminEmail),
            PendingOverlayTitle = Value(SettingList.PendingOverlayTitle),
            PendingOverlayContent = Value(SettingList.PendingOverlayContent),
            Banners = Value(SettingList.Banners),
            DefaultModels = [.. SettingList.Entries(Value(SettingList.DefaultModels)).Select(ProviderSuffix.Without)],
            DefaultPinnedModels = SettingList.Entries(Value(SettingList.DefaultPinnedModels)),
            ModelOrder = Value(SettingList.ModelOrder),
            PromptSuggestions = Value(SettingList.PromptSuggestions),
            Permissions = fixedBy.Over(Value(SettingList.Permissions)),
        };

        string? TextOrNull(Setting<string> setting) => Value(setting) is { Length: > 0 } text ? text : null;

        T Value<T>(Setting<T> setting)
        {
            if (fixedBy.Values.TryGetValue(setting.Key, out var value))
            {
                return setting.Read(value.Json);
            }

            return saved.TryGetValue(setting.Key, out var json) && setting.TryRead(json, out var read) ? read : setting.Default;
        }
    }
}
