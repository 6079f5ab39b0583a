using OpenWebUi.Services.Access;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>Who may see and use which model: the rules, and nothing else.</summary>
internal static class ModelAccess
{
    /// <summary>Whether the viewer may use the model over at least one connection.</summary>
    public static bool MaySee(Model model, ModelViewer viewer) =>
        model.IsOn && IsFor(model.Settings, viewer) && model.Routes.Any(route => MayReach(route.Connection, viewer));

    /// <summary>Whether the connection is for this viewer.</summary>
    public static bool MayReach(Connection connection, ModelViewer viewer) =>
        viewer.SeesAll || connection.GroupIds is not { } groups || groups.Any(viewer.GroupIds.Contains);

    /// <summary>What an administrator said of a model; null: nothing, so it is everybody's.</summary>
    public static bool IsFor(ModelSettings? settings, ModelViewer viewer) =>
        viewer.SeesAll || settings?.Readers is not { } readers || readers.Include(viewer.Account, viewer.GroupIds);

    /// <summary>Its owner's, and whom it is shared with. One that is its owner's alone is no administrator's either.</summary>
    public static bool IsFor(Preset preset, ModelViewer viewer) =>
        viewer.IsSite || preset.Owner == viewer.Owner || preset.Readers is not { } readers
        || (!readers.AreNobody && (viewer.SeesAll || readers.Include(viewer.Account, viewer.GroupIds)));
}
