using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Security;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Backup;
using OpenWebUi.Services.Identity;

namespace OpenWebUi;

/// <summary>
/// What the program does besides serving. On the store that it is configured for: <c>reset-password &lt;e-mail&gt;</c>,
/// <c>rotate-key</c>, <c>backup</c> and <c>restore</c> (<see cref="BackupVerbs"/>). Whoever may run it and reach the store owns the site: nothing else is asked. About itself: <c>variables</c> and <c>--version</c>.
/// </summary>
internal static class Verbs
{
    private const string Usage = """
        reset-password <e-mail>   gives the account a new password and ends its sessions. The password is read from the
                                  standard input, one line; an empty line, or a terminal without one, makes a random one.
        rotate-key                makes a new secret for sessions and passes, where WEBUI_SECRET_KEY is not set. What the one
                                  before signed goes on counting; the one before that does not.
        backup <folder>           copies everything of the store into a folder that is empty or not there. Interrupted, it goes
                                  on when it is run again.
        restore <folder or zip>   puts a backup into the store, which must be empty, and reads it back. Interrupted, it goes on
                                  when it is run again.
        variables                 prints every environment variable that is read, with its default and its meaning.
        --version                 prints the version and the commit.
        """;

    private const int MadePasswordBytes = 12;

    /// <summary>What the program says about itself, whatever its configuration; null when the arguments do not ask for it.</summary>
    public static string? Say(string[] arguments) => arguments switch
    {
        ["--version"] => $"OpenWebUi {ProductVersion.Text}" + (ProductVersion.Commit is { } commit ? $" ({commit})" : ""),
        ["variables"] => string.Join('\n', VariableTable.All.Select(table => VariableTable.Markdown(table.Rows))),
        _ => null,
    };

    /// <returns>The exit code, or null when the arguments name no verb: then the site is to be served.</returns>
    public static async Task<int?> RunAsync(string[] arguments, Func<WebApplication> build)
    {
        // Arguments that begin with a dash are those of hosts and tools that start us.
        switch (arguments)
        {
            case ["reset-password", var email]:
                return await GuardedAsync(build, services => ResetPasswordAsync(services, email));
            case ["rotate-key"]:
                return await GuardedAsync(build, RotateKeyAsync);
            case ["backup", var folder]:
                return await GuardedAsync(build, services => BackupVerbs.BackUpAsync(services, folder));
            case ["restore", var path]:
                return await GuardedAsync(build, services => BackupVerbs.RestoreAsync(services, path), isRestore: true);
            case [var verb, ..] when !verb.StartsWith('-'):
                await Console.Error.WriteLineAsync($"There is no '{string.Join(' ', arguments)}' here.\n\n{Usage}");
                return 2;
            default:
                return null;
        }
    }

    private static async Task<int> GuardedAsync(Func<WebApplication> build, Func<IServiceProvider, Task<int>> run, bool isRestore = false)
    {
        await using var app = build();
        try
        {
            // A restore goes on where another was interrupted, and looks at the schema itself.
            if (!isRestore && await app.Services.GetRequiredService<StoreSchema>().RefusalAsync(CancellationToken.None) is { } refusal)
            {
                await Console.Error.WriteLineAsync(refusal);
                return 1;
            }

            return await run(app.Services);
        }
        // The disk's own words: it is full, or the folder cannot be written.
        catch (Exception e) when (e is StoreUnavailableException or BackupException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static async Task<int> ResetPasswordAsync(IServiceProvider services, string email)
    {
        var accounts = services.GetRequiredService<AccountStore>();
        var known = EmailAddress.Parse(email) is { } address ? await accounts.FindByEmailAsync(address, CancellationToken.None) : null;
        if (known is null)
        {
            await Console.Error.WriteLineAsync($"There is no account with the e-mail address '{email}' in this store.");
            return 1;
        }

        var (password, isMade) = ReadPassword();
        if (services.GetRequiredService<PasswordPolicy>().Fault(password) is { } fault)
        {
            await Console.Error.WriteLineAsync(fault);
            return 1;
        }

        var hash = services.GetRequiredService<PasswordHashes>().Hash(password);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        await accounts.ChangeAsync(known.Id, account => account.WithoutSessions() with { PasswordHash = hash, UpdatedAt = now }, CancellationToken.None);
        Console.WriteLine(isMade ? $"The new password of {known.Email} is {password}" : $"The password of {known.Email} is changed.");
        Console.WriteLine("Its sessions have ended. API keys go on: revoke them in the account's settings.");
        return 0;
    }

    private static (string Password, bool IsMade) ReadPassword()
    {
        if (!Console.IsInputRedirected)
        {
            Console.Write("New password (empty makes one): ");
        }

        var typed = Console.IsInputRedirected ? Console.In.ReadLine() ?? "" : ReadHidden();
        return typed.Length > 0 ? (typed, false) : (Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(MadePasswordBytes)) + "-1aA", true);
    }

    private static string ReadHidden()
    {
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                text.Append(key.KeyChar);
            }
        }

        Console.WriteLine();
        return text.ToString();
    }

    private static async Task<int> RotateKeyAsync(IServiceProvider services)
    {
        if (services.GetRequiredService<SiteSettings>().Access.SecretKey is not null)
        {
            await Console.Error.WriteLineAsync("The secret is WEBUI_SECRET_KEY here: put a new one there, and the old one into WEBUI_SECRET_KEY_PREVIOUS.");
            return 1;
        }

        await services.GetRequiredService<SigningKey>().RotateAsync(CancellationToken.None);
        Console.WriteLine("A new secret signs from now on. Instances that run take it up within 5 minutes.");
        return 0;
    }
}
