using System.Net.Sockets;
using Azure;
using Azure.Identity;

namespace OpenWebUi.Platform.Azure;

/// <summary>Why a storage account gave no answer, as the end of a sentence for an operator.</summary>
internal static class StorageFailure
{
    /// <summary>Whether the exception is the service's or the network's fault, not a bug and not the caller's cancellation.</summary>
    public static bool Is(Exception exception, CancellationToken cancellationToken) =>
        !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
        && exception is RequestFailedException or AggregateException or AuthenticationFailedException or IOException or HttpRequestException or OperationCanceledException;

    public static string Reason(StorageAccount account, Exception exception)
    {
        var last = exception is AggregateException { InnerExceptions: [.., var inner] } ? inner : exception;
        var socket = Causes(last).OfType<SocketException>().FirstOrDefault();
        return (last, socket?.SocketErrorCode) switch
        {
            (CredentialUnavailableException, _) => $"was not called because no Entra identity was found ({FirstLine(last)}); turn on the managed identity, or sign in on this machine",
            (AuthenticationFailedException, _) => $"was not called because Entra gave no token ({FirstLine(last)}); check the identity's settings",
            (OperationCanceledException, _) => "did not answer in time; check the network and its firewall",
            (_, SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain) => "has a name that cannot be resolved; check the account's name",
            (_, SocketError.ConnectionRefused) when account.IsAzurite => "refuses connections; start Azurite",
            (_, SocketError.ConnectionRefused) => "refuses connections; check the address and the firewall",
            _ => $"cannot be reached or broke off ({FirstLine(last)}); check the network",
        };
    }

    public static string FirstLine(Exception exception) => exception.Message.Split('\n')[0].Trim().TrimEnd('.');

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
