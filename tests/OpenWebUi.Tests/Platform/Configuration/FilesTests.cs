using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Tests.Platform.Configuration;

public sealed class FilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("openwebui-env");

    [Theory]
    [InlineData("NAME=value", "value")]
    [InlineData("  NAME = value  ", "value")]
    [InlineData("export NAME=value", "value")]
    [InlineData("NAME=a=b;c", "a=b;c")]
    [InlineData("NAME=value # comment", "value")]
    [InlineData("NAME=a#b", "a#b")]
    [InlineData("NAME= # only a comment", null)]
    [InlineData("NAME=", null)]
    [InlineData("# NAME=value", null)]
    [InlineData("NAME='as written \\n # here'", "as written \\n # here")]
    [InlineData("NAME='value' # comment", "value")]
    [InlineData("NAME=\"value\" # comment", "value")]
    [InlineData("NAME=\"a # b\"", "a # b")]
    [InlineData("NAME=\"two\\nlines\"", "two\nlines")]
    [InlineData("NAME=\"C:\\\\new\"", "C:\\new")]
    [InlineData("NAME=\"say \\\"hi\\\"\"", "say \"hi\"")]
    [InlineData("NAME=\"not closed", "\"not closed")]
    [InlineData("NAME=it's", "it's")]
    [InlineData("NAME=first\nNAME=second", "second")]
    [InlineData("\uFEFFNAME=value\r\n", "value")]
    [InlineData("NAME=$OTHER", "$OTHER")]
    public void DotEnv_Line_ReadsAsPeopleMeanIt(string text, string? expected)
    {
        var (variables, faults) = Read(dotEnv: text);
        Assert.Empty(faults.All);
        Assert.Equal(expected, variables["NAME"]);
    }

    [Theory]
    [InlineData("just words sk-secret")]
    [InlineData("=sk-secret")]
    [InlineData("NA ME=sk-secret")]
    public void DotEnv_BrokenLine_IsAFaultWithItsNumberAndNotItsText(string line)
    {
        var (variables, faults) = Read(dotEnv: "# first\n" + line + "\nNAME=value");
        Assert.Equal("value", variables["NAME"]);
        Assert.Equal(new Fault(".env", "line 2", "NAME=value"), Assert.Single(faults.All));
    }

    [Fact]
    public void LocalSettings_Values_AreRead()
    {
        var (variables, faults) = Read(localSettings: """
            {
              // Core Tools allows comments
              "IsEncrypted": false,
              "Values": { "NAME": "value", "NUMBER": 5, "FLAG": true, },
              "Host": { "LocalHttpPort": 1 }
            }
            """);
        Assert.Empty(faults.All);
        Assert.Equal(["value", "5", "true", null], new[] { "NAME", "NUMBER", "FLAG", "LocalHttpPort" }.Select(name => variables[name]));
    }

    [Theory]
    [InlineData("""{"IsEncrypted":true,"Values":{"NAME":"sk-secret"}}""")]
    [InlineData("""{"Values":{"NAME":"sk-secret" """)]
    [InlineData("""{"Values":["sk-secret"]}""")]
    [InlineData("""{"Values":"sk-secret"}""")]
    [InlineData("""["sk-secret"]""")]
    [InlineData("sk-secret")]
    [InlineData("")]
    public void LocalSettings_EncryptedOrBroken_IsAFaultWithoutItsText(string text)
    {
        var (variables, faults) = Read(localSettings: text);
        Assert.Null(variables["NAME"]);
        Assert.Equal("local.settings.json", Assert.Single(faults.All).Variable);
        Assert.DoesNotContain("secret", faults.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void LocalSettings_WithoutValues_IsNoFault() => Assert.Empty(Read(localSettings: "{}").Faults.All);

    [Fact]
    public void Sources_NamingOneVariable_AreEnvironmentThenLocalSettingsThenDotEnv()
    {
        var name = "OPENWEBUI_TEST_" + Guid.NewGuid().ToString("N");
        var dotEnv = $"{name}=dotenv\n{name}_B=dotenv\n{name}_C=dotenv";
        var localSettings = $$$"""{"Values":{"{{{name}}}":"local","{{{name}}}_B":"local"}}""";
        Environment.SetEnvironmentVariable(name, "environment");
        try
        {
            var variables = Read(dotEnv, localSettings).Variables;
            Assert.Equal(["environment", "local", "dotenv"], new[] { name, name + "_B", name + "_C" }.Select(n => variables[n]));
            Assert.Null(Variables.OfProcess(folder: null, new FaultList())[name + "_C"]);
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    [Fact]
    public void EmptyVariable_InTheEnvironment_HidesNothing()
    {
        var name = "OPENWEBUI_TEST_" + Guid.NewGuid().ToString("N");
        Environment.SetEnvironmentVariable(name, " ");
        try
        {
            Assert.Equal("dotenv", Read($"{name}=dotenv").Variables[name]);
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private (Variables Variables, FaultList Faults) Read(string? dotEnv = null, string? localSettings = null)
    {
        if (dotEnv is not null)
        {
            File.WriteAllText(Path.Combine(_folder.FullName, ".env"), dotEnv);
        }

        if (localSettings is not null)
        {
            File.WriteAllText(Path.Combine(_folder.FullName, "local.settings.json"), localSettings);
        }

        var faults = new FaultList();
        return (Variables.OfProcess(_folder.FullName, faults), faults);
    }
}
