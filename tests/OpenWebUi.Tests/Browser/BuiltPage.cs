namespace OpenWebUi.Tests.Browser;

/// <summary>Copies of the built page, as two deployments one after the other: every hashed file of the later one has another name.</summary>
internal sealed class BuiltPage : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("page-").FullName;

    public BuiltPage(string dist)
    {
        Copy(dist, Now);
        Copy(dist, Next);
        var hashed = Directory.GetFiles(Path.Combine(Next, "assets")).Select(Path.GetFileName).OfType<string>()
            .Where(name => name.EndsWith(".js", StringComparison.Ordinal) || name.EndsWith(".css", StringComparison.Ordinal)).ToArray();
        foreach (var file in Directory.GetFiles(Next, "*", SearchOption.AllDirectories).Where(IsText))
        {
            var text = hashed.Aggregate(File.ReadAllText(file), (soFar, name) => soFar.Replace(name, Renamed(name), StringComparison.Ordinal));
            File.WriteAllText(file, file.EndsWith("service-worker.js", StringComparison.Ordinal) ? text.Replace("const BUILD = '", "const BUILD = 'next-", StringComparison.Ordinal) : text);
        }

        foreach (var name in hashed)
        {
            File.Move(Path.Combine(Next, "assets", name), Path.Combine(Next, "assets", Renamed(name)));
        }
    }

    public string Now => Path.Combine(_root, "now");

    public string Next => Path.Combine(_root, "next");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static string Renamed(string name) => $"{Path.GetFileNameWithoutExtension(name)}-next{Path.GetExtension(name)}";

    private static bool IsText(string path) => Path.GetExtension(path) is ".js" or ".css" or ".html";

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Where(path => Path.GetExtension(path) is not (".br" or ".gz")))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
