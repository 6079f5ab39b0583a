namespace OpenWebUi.FunctionsHostDouble.Tests;

/// <summary>A publish folder in the temp directory with the tiny handler in it; deleted at the end.</summary>
internal sealed class PublishFolder : IDisposable
{
    public PublishFolder()
    {
        Directory.CreateDirectory(Root);
        var handler = System.IO.Path.Combine(Root, "handler");
        File.Copy(System.IO.Path.Combine(AppContext.BaseDirectory, "handler.mjs"), handler + ".mjs");
        File.WriteAllText(handler, "#!/bin/sh\nexec node \"$FUNCTIONS_APP_ROOT_PATH/handler.mjs\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(handler, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        HostJson();
    }

    public string Root { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "host-double-" + Guid.NewGuid().ToString("N"));

    /// <summary>One catch-all, a timer and a queue: what most tests need.</summary>
    public static PublishFolder Usual()
    {
        var folder = new PublishFolder();
        folder.Http("Website", "{*path}");
        folder.Function("fn-cleanup", """{"type":"timerTrigger","direction":"in","name":"timer","schedule":"0 17 3 * * *"}""");
        folder.Function("fn-jobs", """{"type":"queueTrigger","direction":"in","name":"item","queueName":"jobs","connection":"AzureWebJobsStorage"}""");
        return folder;
    }

    public void HostJson(string executable = "handler", string proxying = "true", string functionTimeout = "00:10:00", string initializationTimeout = "00:00:20",
        string? messageEncoding = null, string more = "") =>
        File.WriteAllText(System.IO.Path.Combine(Root, "host.json"), $$"""
            {
              "version": "2.0",
              "functionTimeout": "{{functionTimeout}}",
              "extensions": { "http": { "routePrefix": "" }{{(messageEncoding is null ? "" : $", \"queues\": {{ \"messageEncoding\": \"{messageEncoding}\" }}")}} },{{more}}
              "customHandler": {
                "description": { "defaultExecutablePath": "{{executable}}" },
                "enableProxyingHttpRequest": {{proxying}},
                "initializationTimeout": "{{initializationTimeout}}"
              }
            }
            """);

    public void Http(string name, string route, string methods = "") => Function(
        name,
        $$"""{"type":"httpTrigger","direction":"in","name":"req","authLevel":"anonymous","route":"{{route}}"{{(methods.Length == 0 ? "" : $",\"methods\":[{methods}]")}}}""",
        """{"type":"http","direction":"out","name":"res"}""");

    public void Function(string name, params string[] bindings)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(Root, name));
        File.WriteAllText(System.IO.Path.Combine(folder.FullName, "function.json"), $$"""{"bindings":[{{string.Join(',', bindings)}}]}""");
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
