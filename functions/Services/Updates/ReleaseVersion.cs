using System.Globalization;

namespace OpenWebUi.Services.Updates;

/// <summary>A version as releases are tagged: <c>1.2.3</c>, <c>v1.2</c>, <c>1.3.0-rc.1</c>. What comes before a release is older than it.</summary>
internal sealed record ReleaseVersion(int Major, int Minor, int Patch, bool ComesBefore)
{
    /// <summary>Null for a tag that is no version.</summary>
    public static ReleaseVersion? Parse(string tag)
    {
        var text = (tag.StartsWith('v') ? tag[1..] : tag).Split('+')[0];
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var parts = (dash < 0 ? text : text[..dash]).Split('.');
        var numbers = new int[3];
        for (var i = 0; i < parts.Length; i++)
        {
            if (i >= numbers.Length || !int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return null;
            }
        }

        return parts.Length < 2 ? null : new(numbers[0], numbers[1], numbers[2], dash >= 0);
    }

    /// <summary>Two that come before the same release count as equal: only releases are offered.</summary>
    public bool IsNewerThan(ReleaseVersion other)
    {
        var order = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        return order > 0 || (order == 0 && !ComesBefore && other.ComesBefore);
    }
}
