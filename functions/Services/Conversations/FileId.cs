using System.Diagnostics.CodeAnalysis;

namespace OpenWebUi.Services.Conversations;

/// <summary>An uploaded file's id: a UUID of ours, so that nobody else's can be guessed and none comes twice.</summary>
internal readonly record struct FileId(string Text)
{
    private const string Root = "/api/v1/files/";

    /// <summary>Where its owner gets it.</summary>
    public string Address => $"{Root}{Text}/content";

    public static FileId New() => new(Guid.NewGuid().ToString());

    public static bool TryParse([NotNullWhen(true)] string? text, out FileId id)
    {
        id = new(text ?? "");
        return IdText.IsId(text);
    }

    /// <summary>The id in an address of ours, with or without <c>/content</c>; any other address is none.</summary>
    public static bool TryParseAddress(string? address, out FileId id)
    {
        id = default;
        return address?.StartsWith(Root, StringComparison.Ordinal) == true
            && TryParse(address.EndsWith("/content", StringComparison.Ordinal) ? address[Root.Length..^"/content".Length] : address[Root.Length..], out id);
    }

    public override string ToString() => Text;
}
