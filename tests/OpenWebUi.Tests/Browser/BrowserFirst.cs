using OpenWebUi.Tests.Browser;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("OpenWebUi.Tests.Browser.BrowserFirst", "OpenWebUi.Tests")]

namespace OpenWebUi.Tests.Browser;

/// <summary>
/// What runs in the one browser is the longest line of tests: begun last, it would run alone at the end and cost eight minutes. The others keep the order that
/// xunit gives them.
/// </summary>
public sealed class BrowserFirst : ITestCollectionOrderer
{
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => collection.DisplayName == BrowserCollection.Name ? 0 : 1);
}
