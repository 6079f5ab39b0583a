using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.Updates;

/// <summary>Whether an administrator's page says that there is a newer release, and of which repository.</summary>
/// <param name="Repository"><c>VERSION_UPDATE_REPOSITORY</c>, where <c>ENABLE_VERSION_UPDATE_CHECK</c> is true. Null, the default: nobody is ever asked.</param>
/// <param name="LacksRepository">It is switched on, and no repository is named.</param>
internal sealed record UpdateOptions(string? Repository, bool LacksRepository)
{
    public const string Switch = "ENABLE_VERSION_UPDATE_CHECK";
    public const string RepositoryVariable = "VERSION_UPDATE_REPOSITORY";

    /// <summary>Where GitHub's API is asked. No variable changes it; tests do.</summary>
    public Uri Api { get; init; } = new("https://api.github.com/");

    public static UpdateOptions Read(VariableReader reader)
    {
        var isOn = reader.Flag(Switch) ?? false;
        var repository = reader.Text(RepositoryVariable);
        if (repository is not null && !IsOwnerAndName(repository))
        {
            reader.Fault(RepositoryVariable, repository, "a repository on GitHub as owner/name");
        }

        return new(isOn ? repository : null, isOn && repository is null);
    }

    // Never "." or "..", which a URL would take for a folder.
    private static bool IsOwnerAndName(string text) =>
        text.Length <= 140 && text.Split('/') is [{ Length: > 0 } owner, { Length: > 0 } name] && owner.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        && name is not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
