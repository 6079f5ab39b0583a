using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Doctor;

/// <summary>Azure lists the models that its region has; what can be called are the deployments, and those no key may list. So each that the connection names is asked.</summary>
internal static class AzureCheck
{
    private const int MaxAsked = 10;

    public static async Task<StepOutcome> RunAsync(Examination walk, ModelList list, CancellationToken cancellation)
    {
        var connection = walk.Connection;
        var names = connection.ModelIds.Select(id => connection.Deployments.GetValueOrDefault(id, id)).Concat(connection.Deployments.Values)
            .Distinct(StringComparer.Ordinal).Take(MaxAsked).ToList();
        if (names.Count == 0)
        {
            return StepOutcome.Warning($"the region has {list.Ids.Count} models", new("azure_no_deployments",
                "Azure does not list your deployments: name them in the connection, else its models are not offered under names that work."));
        }

        walk.Models = connection.ModelIds.Count > 0 ? connection.ModelIds : [.. connection.Deployments.Keys];
        var answers = await Task.WhenAll(names.Select(name => RouteCheck.TryAsync(walk, token => walk.Calls.EmptyChatAsync(connection, name, walk.Key, token), cancellation)));
        var missing = names.Zip(answers).Where(asked => asked.Second is { Status: 404 } answer
            && ProviderError.Of(answer)?.Says("DeploymentNotFound", "deployment for this resource does not exist") == true).ToList();
        if (missing.Count > 0)
        {
            return StepOutcome.Failed(missing[0].Second!.Summary, new("deployment_not_found",
                $"This resource has no deployment {ModelsCheck.Named([.. missing.Select(asked => asked.First)])}: enter the deployment's name, not the model's; a new one takes some minutes."));
        }

        var denied = answers.FirstOrDefault(answer => answer is { Status: 401 or 403 });
        return denied is not null && AuthFindings.Of(denied, walk) is { } refusal
            ? StepOutcome.Failed(denied.Summary, refusal)
            : StepOutcome.Ok($"deployments: {ModelsCheck.Named(names)}");
    }
}
