using System.Text;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Tests.Platform.Azure;

/// <summary>What AzureWebJobsStorage may hold, and that no message repeats a secret of it.</summary>
public sealed class StorageAccountTests
{
    private const string Variable = "AzureWebJobsStorage";
    private const string Key = "aHVzaC1rZXk=";

    [Fact]
    public void Read_NothingSet_NullWithoutAFault() => Assert.Null(Read(out _));

    [Theory]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=aHVzaC1rZXk=;EndpointSuffix=core.windows.net", "https://shop.table.core.windows.net/", "https://shop.blob.core.windows.net/")]
    [InlineData("accountname=shop; accountkey=aHVzaC1rZXk=;", "https://shop.table.core.windows.net/", "https://shop.blob.core.windows.net/")]
    [InlineData("AccountName=shop;AccountKey=aHVzaC1rZXk=;EndpointSuffix=core.chinacloudapi.cn", "https://shop.table.core.chinacloudapi.cn/", "https://shop.blob.core.chinacloudapi.cn/")]
    [InlineData("AccountName=shop;AccountKey=aHVzaC1rZXk=;TableEndpoint=http://azurite:10002/shop/;QueueEndpoint=http://x", "http://azurite:10002/shop", "https://shop.blob.core.windows.net/")]
    public void Read_ConnectionString_NameEndpointsAndKey(string text, string tables, string blobs)
    {
        var account = Read(out _, (Variable, text))!;

        Assert.Equal("shop", account.Name);
        Assert.Equal(tables.TrimEnd('/'), account.TableRoot);
        Assert.Equal(blobs.TrimEnd('/'), account.BlobRoot);
        Assert.Equal("hush-key", Encoding.ASCII.GetString(Assert.IsType<StorageCredential.SharedKey>(account.Credential).Key));
        Assert.False(account.IsAzurite);
    }

    [Theory]
    [InlineData("UseDevelopmentStorage=true", "http://127.0.0.1")]
    [InlineData("usedevelopmentstorage=True;", "http://127.0.0.1")]
    [InlineData("UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://azurite", "http://azurite")]
    public void Read_DevelopmentStorage_AzuritesAccountAndPorts(string text, string host)
    {
        var account = Read(out _, (Variable, text))!;

        Assert.Equal("devstoreaccount1", account.Name);
        Assert.Equal($"{host}:10002/devstoreaccount1", account.TableEndpoint.ToString());
        Assert.Equal($"{host}:10000/devstoreaccount1", account.BlobEndpoint.ToString());
        Assert.Equal(host == "http://127.0.0.1", account.IsAzurite);
    }

    [Theory]
    [InlineData("hush", "NAME=VALUE pairs")]
    [InlineData("AccountName=shop;AccountName=hush;AccountKey=aHVzaC1rZXk=", "each name once")]
    [InlineData("UseDevelopmentStorage=hush", "UseDevelopmentStorage=true")]
    [InlineData("UseDevelopmentStorage=true;DevelopmentStorageProxyUri=hush", "DevelopmentStorageProxyUri")]
    [InlineData("TableEndpoint=https://shop.table.core.windows.net;SharedAccessSignature=sv=hush", "a shared access signature is not supported")]
    [InlineData("AccountKey=aHVzaC1rZXk=", "AccountName=")]
    [InlineData("AccountName=Hush/../x;AccountKey=aHVzaC1rZXk=", "AccountName=")]
    [InlineData("AccountName=hush", "AccountKey=")]
    [InlineData("AccountName=shop;AccountKey=hush!", "AccountKey=")]
    [InlineData("AccountName=shop;AccountKey=aHVzaC1rZXk=;DefaultEndpointsProtocol=ftp", "DefaultEndpointsProtocol")]
    [InlineData("AccountName=shop;AccountKey=aHVzaC1rZXk=;BlobEndpoint=hush", "BlobEndpoint")]
    [InlineData("AccountName=shop;AccountKey=aHVzaC1rZXk=;TableEndpoint=https://shop.table.core.windows.net/?sig=hush", "without a query")]
    public void Read_FaultyConnectionString_OneFaultThatNamesTheVariableAndNoSecret(string text, string expected)
    {
        Assert.Null(Read(out var message, (Variable, text)));

        Assert.StartsWith($"The configuration has a fault; nothing was started.\n  {Variable}: holds a secret of {text.Length} characters; expected ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Key, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("__accountName=shop", "https://shop.table.core.windows.net/", "https://shop.blob.core.windows.net/")]
    [InlineData(":accountName=shop", "https://shop.table.core.windows.net/", "https://shop.blob.core.windows.net/")]
    [InlineData("__tableServiceUri=https://shop.table.core.usgovcloudapi.net/", "https://shop.table.core.usgovcloudapi.net/", "https://shop.blob.core.usgovcloudapi.net/")]
    [InlineData("__blobServiceUri=https://shop.blob.core.windows.net", "https://shop.table.core.windows.net/", "https://shop.blob.core.windows.net/")]
    [InlineData("__tableServiceUri=https://tables.example.com,__blobServiceUri=https://blobs.example.com,__accountName=shop", "https://tables.example.com/", "https://blobs.example.com/")]
    [InlineData("__accountName=shop,__credential=managedidentity,__clientId=1234", "https://shop.table.core.windows.net/", "https://shop.blob.core.windows.net/")]
    [InlineData("__accountName=shop,__managedIdentityResourceId=/subscriptions/c9da6455-213d-42c9-9a79-3e9149a57833/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i", "https://shop.table.core.windows.net/", "https://shop.blob.core.windows.net/")]
    public void Read_Identity_NameEndpointsAndAnIdentityThatIsNotYetMade(string settings, string tables, string blobs)
    {
        var account = Read(out _, Parts(settings))!;

        Assert.Equal("shop", account.Name);
        Assert.Equal(tables, account.TableEndpoint.ToString());
        Assert.Equal(blobs, account.BlobEndpoint.ToString());
        Assert.False(Assert.IsType<StorageCredential.Entra>(account.Credential).Identity.IsValueCreated);
    }

    [Theory]
    [InlineData("__accountName=Hush.example.com", "__accountName")]
    [InlineData("__tableServiceUri=http://shop.table.core.windows.net", "__tableServiceUri")]
    [InlineData("__tableServiceUri=https://tables.example.com", "__blobServiceUri")]
    [InlineData("__blobServiceUri=https://shop.blob.core.windows.net?sig=hush", "__blobServiceUri")]
    [InlineData("__accountName=shop,__credential=hush", "__credential")]
    [InlineData("__accountName=shop,__clientId=hush,__managedIdentityResourceId=/subscriptions/s", "__managedIdentityResourceId")]
    [InlineData("__accountName=shop,__managedIdentityResourceId=hush", "__managedIdentityResourceId")]
    public void Read_FaultyIdentity_NamesTheVariableAndNotWhatItHolds(string settings, string named)
    {
        Assert.Null(Read(out var message, Parts(settings)));

        Assert.Contains($"\n  {Variable}{named}: holds ", message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Read_ConnectionStringAndIdentity_TheStringCounts() =>
        Assert.IsType<StorageCredential.SharedKey>(Read(out _, (Variable, $"AccountName=shop;AccountKey={Key}"), ($"{Variable}__accountName", "other"))!.Credential);

    [Fact]
    public void ToString_OfAnAccount_HoldsNoKey() =>
        Assert.DoesNotContain(Key, $"{Read(out _, (Variable, $"AccountName=shop;AccountKey={Key}"))}", StringComparison.Ordinal);

    private static (string, string)[] Parts(string settings) =>
        [.. settings.Split(',').Select(part => part.Split('=', 2)).Select(part => (Variable + part[0], part[1]))];

    private static StorageAccount? Read(out string message, params (string Name, string Value)[] variables)
    {
        var faults = new FaultList();
        var account = StorageAccount.Read(new VariableReader(new Variables(variables.ToDictionary(v => v.Name, v => v.Value)), faults));
        message = faults.All.Count == 0 ? "" : faults.ToString();
        Assert.True(account is null || message == "", message);
        return account;
    }
}
