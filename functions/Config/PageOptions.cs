using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Config;

/// <summary>What the page shows, from the environment.</summary>
/// <param name="Name"><c>WEBUI_NAME</c>, default OpenWebUi.</param>
/// <param name="DefaultLocale"><c>DEFAULT_LOCALE</c>: the page's language for a first visit; empty takes the browser's.</param>
/// <param name="DefaultModel"><c>DEFAULT_MODEL</c>, or the first of <c>DEFAULT_MODELS</c>: chosen in a new chat.</param>
internal sealed record PageOptions(string Name, string DefaultLocale, string DefaultModel)
{
    private const int MaxNameCharacters = 60;

    public static PageOptions Read(VariableReader reader)
    {
        var name = reader.Text("WEBUI_NAME") ?? "OpenWebUi";
        if (name.Length > MaxNameCharacters)
        {
            reader.Fault("WEBUI_NAME", name, $"at most {MaxNameCharacters} characters");
        }

        var model = reader.Text("DEFAULT_MODEL") ?? reader.Text("DEFAULT_MODELS")?.Split(',')[0].Trim() ?? "";
        return new(name, reader.Text("DEFAULT_LOCALE") ?? "", model);
    }
}
