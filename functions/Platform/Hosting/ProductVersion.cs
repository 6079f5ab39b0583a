using System.Reflection;

namespace OpenWebUi.Platform.Hosting;

/// <summary>What the build stamped into the executable: <c>Version</c> of Directory.Build.props, and the commit that it was built from.</summary>
internal static class ProductVersion
{
    private static readonly string[] Stamp = typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion.Split('+', 2);

    public static string Text { get; } = Stamp[0];

    /// <summary>The whole hash; null for a build outside a checkout.</summary>
    public static string? Commit { get; } = Stamp.Length > 1 ? Stamp[1] : null;
}
