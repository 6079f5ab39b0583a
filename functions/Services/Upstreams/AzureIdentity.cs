using Azure.Core;
using Azure.Identity;

namespace OpenWebUi.Services.Upstreams;

/// <summary>
/// Tokens of this site's Entra identity, for Azure OpenAI unless another scope is named: the managed identity in Azure (the user-assigned one
/// that <c>AZURE_CLIENT_ID</c> names, else the system's), elsewhere what <see cref="DefaultAzureCredential"/> finds. Azure OpenAI asks for the role
/// Cognitive Services OpenAI User.
/// </summary>
internal sealed class AzureIdentity(Func<TokenCredential> create, TimeProvider time, string scope = AzureIdentity.OpenAiScope) : IDisposable
{
    public const string OpenAiScope = "https://cognitiveservices.azure.com/.default";

    /// <summary>A token is renewed so long before its end, while the old one still serves.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly string[] _scopes = [scope];
    private readonly Lazy<TokenCredential> _credential = new(create);
    private readonly SemaphoreSlim _asking = new(1, 1);
    private volatile Held? _held;

    /// <param name="isInAzure">The platform runs this process.</param>
    /// <param name="clientId"><c>AZURE_CLIENT_ID</c>, or null.</param>
    public static TokenCredential Of(bool isInAzure, string? clientId) =>
        !isInAzure ? new DefaultAzureCredential()
        : new ManagedIdentityCredential(clientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(clientId));

    /// <summary>A bearer token; asked for once, however many wait.</summary>
    /// <exception cref="HttpRequestException">There is no identity, or it was refused.</exception>
    public async ValueTask<string> TokenAsync(CancellationToken cancellation)
    {
        if (_held is { } held && held.Until - Margin > time.GetUtcNow())
        {
            return held.Token;
        }

        await _asking.WaitAsync(cancellation);
        try
        {
            if (_held is { } meanwhile && meanwhile.Until - Margin > time.GetUtcNow())
            {
                return meanwhile.Token;
            }

            var token = await _credential.Value.GetTokenAsync(new TokenRequestContext(_scopes), cancellation);
            _held = new(token.Token, token.ExpiresOn);
            return token.Token;
        }
        catch (AuthenticationFailedException e)
        {
            throw new HttpRequestException(HttpRequestError.UserAuthenticationError, "The identity of this site gave no token.", e);
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose() => _asking.Dispose();

    private sealed record Held(string Token, DateTimeOffset Until);
}
