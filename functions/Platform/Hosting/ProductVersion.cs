using System.Reflection;

namespace OpenWebUi.Platform.Hosting;

/// <summary>The version stamped into the executable (<c>Version</c> in Directory.Build.props).</summary>
internal static class ProductVersion
{
    public static string Text { get; } = typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion.Split('+')[0];
}
