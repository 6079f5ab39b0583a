using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Infra;
using OpenWebUi.Tests.Package;
using OpenWebUi.Tests.Platform.Azure;

namespace OpenWebUi.Tests.Survival;

/// <summary>Three on one Azurite.</summary>
public sealed class ThreeInstancesOnAzurite : ThreeInstances
{
    private AzuriteServer? _azurite;

    private protected override async Task<SharedStore> OpenStoreAsync() => SharedStore.Open(_azurite = await AzuriteServer.StartAsync());

    private protected override void CloseStore() => _azurite?.Dispose();
}

/// <summary>Three on one PostgreSQL database.</summary>
public sealed class ThreeInstancesOnPostgreSql : ThreeInstances
{
    private protected override Task<SharedStore> OpenStoreAsync() => SharedStore.OpenPostgreSqlAsync();
}

/// <summary>
/// Three processes on one store that nobody has used before, behind nginx, in code mode without a WEBUI_SECRET_KEY: all
/// three come to the empty store at once and must agree on the key that they make.
/// </summary>
public abstract class ThreeInstances : IAsyncLifetime
{
    public const string Code = Package.HostedPackage.Code;

    private readonly PublishedPackage _package = new();
    private NginxServer? _nginx;

    internal SharedStore Store { get; private set; } = null!;

    internal ScriptedProvider Provider { get; private set; } = null!;

    internal IReadOnlyList<SurvivalSite> Instances { get; private set; } = [];

    /// <summary>The address of the three as one.</summary>
    internal Uri Front => _nginx!.Address;

    public async Task InitializeAsync()
    {
        await _package.InitializeAsync();
        Store = await OpenStoreAsync();
        Provider = await ScriptedProvider.StartAsync();
        Instances = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => SurvivalSite.StartAsync(_package, Store, Provider, ("CODE", Code), ("FORWARDED_ALLOW_IPS", "127.0.0.1"))));
        _nginx = await NginxServer.StartAsync(Instances.Select(i => i.Address));
    }

    /// <summary>A person's browser at the front: a client with a pass of its own, and whose chats are its.</summary>
    internal async Task<(HttpClient Client, string Cookie)> EnterAsync(Uri? where = null)
    {
        var client = SurvivalSite.NewClient(where ?? Front);
        var cookie = $"{AccessCalls.CookieName}={await client.PassAsync(Code)}";
        client.DefaultRequestHeaders.Add("Cookie", cookie);
        return (client, cookie);
    }

    /// <summary>The same person at one of the three directly.</summary>
    internal static HttpClient At(SurvivalSite instance, string cookie)
    {
        var client = SurvivalSite.NewClient(instance.Address);
        client.DefaultRequestHeaders.Add("Cookie", cookie);
        return client;
    }

    public async Task DisposeAsync()
    {
        await (_nginx?.DisposeAsync() ?? ValueTask.CompletedTask);
        foreach (var instance in Instances)
        {
            await instance.DisposeAsync();
        }

        await Provider.DisposeAsync();
        await Store.DisposeAsync();
        CloseStore();
    }

    private protected abstract Task<SharedStore> OpenStoreAsync();

    private protected virtual void CloseStore()
    {
    }
}
