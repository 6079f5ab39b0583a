using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace OpenWebUi.Tests.Package;

/// <summary>
/// The trimmer takes away branches whose condition it knows, and in a method that has one, a <c>finally</c> inside a <c>finally</c> along with
/// them (.NET 10.0.12): behind <c>Task.Yield</c>, which never is complete, the release of a lock was gone, and only the package stood still.
/// </summary>
[Collection(PackageGroup.Name)]
public sealed class TrimmedCodeTests(PublishedPackage package)
{
    /// <summary>What a package for Linux has no use for.</summary>
    private static readonly string[] ForWindows = ["OpenWebUi.Platform.Blobs.LocalDisk.DiskCalls.TryPublish"];

    [Fact]
    public void Methods_KeepTheirHandlers()
    {
        Assert.True(File.Exists(package.Executable));
        var built = Path.Combine(PublishedPackage.Repository(), "functions", "obj", "Release", "net10.0", "linux-x64");
        var before = HandlersOf(Path.Combine(built, "OpenWebUi.dll"));
        var after = HandlersOf(Path.Combine(built, "linked", "OpenWebUi.dll"));
        Assert.True(after.Count > 5_000, $"{after.Count} methods");
        Assert.Equal(
            ForWindows,
            after.Where(method => before.TryGetValue(method.Key, out var handlers) && handlers != method.Value).Select(method => method.Key));
    }

    /// <summary>How many catches, filters and finallys a method has, by its full name; without overloads, of which the trimmer may take one.</summary>
    private static Dictionary<string, int> HandlersOf(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        var handlers = new Dictionary<string, int>();
        var overloads = new HashSet<string>();
        foreach (var handle in metadata.MethodDefinitions)
        {
            var method = metadata.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress == 0)
            {
                continue;
            }

            var name = $"{NameOf(metadata, method.GetDeclaringType())}.{metadata.GetString(method.Name)}";
            if (!handlers.TryAdd(name, file.GetMethodBody(method.RelativeVirtualAddress).ExceptionRegions.Length))
            {
                overloads.Add(name);
            }
        }

        foreach (var name in overloads)
        {
            handlers.Remove(name);
        }

        return handlers;
    }

    private static string NameOf(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        var name = metadata.GetString(type.Name);
        return type.GetDeclaringType() is { IsNil: false } outer ? $"{NameOf(metadata, outer)}/{name}" : $"{metadata.GetString(type.Namespace)}.{name}";
    }
}
