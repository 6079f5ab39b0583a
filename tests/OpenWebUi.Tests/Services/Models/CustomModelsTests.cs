using OpenWebUi.Platform.Configuration;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Tests.Services.Models;

/// <summary>NextChat's grammar, and what our connections make of it.</summary>
public sealed class CustomModelsTests
{
    /// <summary>What the connections list; the first is the default one.</summary>
    private static readonly (Connection Connection, string[] Models)[] Listed =
    [
        (Of("main", ConnectionKind.OpenAi, "openai"), ["gpt-4o", "gpt-4o-mini", "o1-mini", "claude-opus-4@20250514"]),
        (Of("deep", ConnectionKind.OpenAi, "deepseek"), ["deepseek-chat", "gpt-4o"]),
        (Of("home", ConnectionKind.Ollama, "ollama"), ["llama3:latest"]),
        (Of("cloud", ConnectionKind.AzureOpenAi, ""), ["o3"]),
        (Of("ark", ConnectionKind.OpenAi, "bytedance"), []),
    ];

    private const string All = "gpt-4o@main+deep gpt-4o-mini@main o1-mini@main claude-opus-4@20250514@main deepseek-chat@deep llama3:latest@home o3@cloud";

    /// <summary>Every model that is on: id, connections, another name, another word at the provider.</summary>
    [Theory]
    [InlineData("", All)]
    [InlineData(" , ,", All)]
    [InlineData("-all", "")]
    [InlineData("-ALL", "")]
    [InlineData("-all,+all", All)]
    [InlineData("-all,gpt-4o", "gpt-4o@main+deep")]
    [InlineData(" - all , + gpt-4o ", "gpt-4o@main+deep")]
    [InlineData("+gpt-4o,-all", "")]
    [InlineData("-all,+gpt-4o@deepseek", "gpt-4o@deep")]
    [InlineData("-all,+gpt-4o@DeepSeek", "gpt-4o@deep")]
    [InlineData("-all,+gpt-4o@Deep", "gpt-4o@deep")]
    [InlineData("-all,+GPT-4o", "gpt-4o@main+deep")]
    [InlineData("-all,+all@ollama", "llama3:latest@home")]
    [InlineData("-all@openai", "gpt-4o@deep deepseek-chat@deep llama3:latest@home o3@cloud")]
    [InlineData("-gpt-4o@openai,-llama3,-o3@azure", "gpt-4o@deep gpt-4o-mini@main o1-mini@main claude-opus-4@20250514@main deepseek-chat@deep")]
    [InlineData("-all,+gpt-4o=The big one", "gpt-4o@main+deep=The big one")]
    [InlineData("-all,+gpt-4o = The big one , +gpt-4o=Other", "gpt-4o@main+deep=Other")]
    [InlineData("-all,+gpt-4o=Big@home=1", "gpt-4o@main+deep=Big@home=1")]
    [InlineData("-all,claude-opus-4@20250514", "claude-opus-4@20250514@main")]
    [InlineData("-all,new-model", "new-model@main")]
    [InlineData("-all,new-model@deepseek=New", "new-model@deep=New")]
    [InlineData("-all,+new-model@nobody", "")]
    [InlineData("-all,@cf/meta/llama", "@cf/meta/llama@main")]
    [InlineData("-all,+gpt-4o@Azure=prod", "gpt-4o@cloud:prod")]
    [InlineData("-all,+o3@azure=prod", "o3@cloud:prod")]
    [InlineData("-all,+gpt-4o,+gpt-4o@azure=prod", "gpt-4o@main+deep+cloud")]
    [InlineData("-all,+Doubao pro@bytedance=ep-2024", "ep-2024@ark=Doubao pro")]
    [InlineData("-all,+a,-a", "")]
    public void CustomModels_ReadFromLeftToRight(string variable, string expected) => Assert.Equal(expected, Read(variable, ""));

    [Theory]
    [InlineData("", "true", "gpt-4o-mini@main claude-opus-4@20250514@main deepseek-chat@deep llama3:latest@home")]
    [InlineData("+all,+gpt-4o", "1", "gpt-4o-mini@main claude-opus-4@20250514@main deepseek-chat@deep llama3:latest@home")]
    [InlineData("+openai/gpt-4-turbo,+openai/gpt-4o-mini,-all@openai,-all@azure", "1", "deepseek-chat@deep llama3:latest@home")]
    [InlineData("", "false", All)]
    public void DisableGpt4_CountsOverAll(string variable, string disables, string expected) => Assert.Equal(expected, Read(variable, disables));

    [Theory]
    [InlineData("+", "'+'", "a model's name")]
    [InlineData("gpt-4o, =Big", "'=Big'", "a model's name")]
    [InlineData("gpt-4o@", "'gpt-4o@'", "a provider behind the @")]
    [InlineData("gpt-4o@ =x", "'gpt-4o@ =x'", "a provider behind the @")]
    [InlineData("+gpt-4o@azure=", "'+gpt-4o@azure='", "a name behind the =")]
    [InlineData("-all=Everything", "'-all=Everything'", "no = behind all")]
    public void CustomModels_WhatCanMeanNothing_IsAFaultThatNamesTheEntry(string variable, string held, string expected)
    {
        var faults = new FaultList();
        CustomModels.Read(new(new Variables(new Dictionary<string, string> { ["CUSTOM_MODELS"] = variable }), faults));
        var fault = Assert.Single(faults.All);
        Assert.Equal(("CUSTOM_MODELS", held), (fault.Variable, fault.Held));
        Assert.Contains(expected, fault.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Deployments_OfTheVariable_AreTheListOfTheEnvironmentsAzure()
    {
        var azure = Of("cloud", ConnectionKind.AzureOpenAi, "azure") with { Deployments = new Dictionary<string, string> { ["o3"] = "old", ["gpt-5"] = "five" } };
        var options = Custom("+gpt-4o@Azure=prod,o3@azure=new,-o1@azure=none,+x@openai=y").WithDeployments(new([azure, Of("main", ConnectionKind.OpenAi, "openai")], null, false, TimeSpan.Zero));
        Assert.Equal(["gpt-4o=prod", "gpt-5=five", "o3=new"], options.Configured[0].Deployments.Select(d => $"{d.Key}={d.Value}").Order());
        Assert.Empty(options.Configured[1].Deployments);
    }

    [Fact]
    public void Unlisted_SwitchedOff_IsOffAtTheConnectionThatWouldTakeIt()
    {
        var route = new ModelRoute(Listed[0].Connection, "unlisted");
        Assert.Null(Custom("").Judge(route, "unlisted").OffBy);
        Assert.Equal("CUSTOM_MODELS", Custom("-unlisted").Judge(route, "unlisted").OffBy);
        Assert.Equal("CUSTOM_MODELS", Custom("-all").Judge(route, "unlisted").OffBy);
        Assert.Null(Custom("-unlisted@azure").Judge(route, "unlisted").OffBy);
    }

    private static CustomModels Custom(string variable)
    {
        var faults = new FaultList();
        var custom = CustomModels.Read(new(new Variables(new Dictionary<string, string> { ["CUSTOM_MODELS"] = variable }), faults));
        Assert.Empty(faults.All);
        return custom;
    }

    private static string Read(string variable, string disables)
    {
        var faults = new FaultList();
        var options = ModelOptions.Read(new(new Variables(new Dictionary<string, string> { ["CUSTOM_MODELS"] = variable, ["DISABLE_GPT4"] = disables }), faults));
        Assert.Empty(faults.All);
        var index = ModelIndex.Of(
            [.. Listed.Select(l => l.Connection)], [.. Listed.Select(l => new FetchedModels([.. l.Models.Select(id => ModelListReader.OfName(id, id))], null))],
            new Dictionary<string, ModelSettings>(), options, "main");
        return string.Join(' ', index.Models.Where(model => model.IsOn).Select(Text));
    }

    private static string Text(Model model) => $"{model.Id}@{string.Join('+', model.Routes.Select(route => route.Connection.Id))}"
        + (model.Name == model.Id ? "" : "=" + model.Name) + (model.Routes[0].UpstreamId == model.Id ? "" : ":" + model.Routes[0].UpstreamId);

    private static Connection Of(string name, ConnectionKind kind, string provider) => new(name, name, kind, $"https://{name}.example", []) { Provider = provider };
}
