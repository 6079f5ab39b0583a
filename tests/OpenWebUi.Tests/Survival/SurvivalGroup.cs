using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Survival;

/// <summary>
/// What is left when something dies: processes of the published package on a shared store, killed, cut off and stalled.
/// One after the other, because each brings several processes.
/// </summary>
[CollectionDefinition(Name)]
public sealed class SurvivalGroup : ICollectionFixture<PublishedPackage>
{
    public const string Name = "survival";
}
