using System.Text;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Users;

/// <summary>
/// <c>POST /api/v1/users/import</c>, a CSV file of the columns Name, Email, Password and Role (empty: pending), with or without that line on
/// top: makes accounts, line by line. A line that cannot be done stops no other.
/// <para>One password is hashed at a time, so that people who sign in meanwhile wait for one more at most. A thousand take minutes:
/// white space before the answer keeps the connection open through gateways that end a silent one (Azure: 230 s).</para>
/// </summary>
/// <remarks>
/// <c>{added, refused: [{line, reason}]}</c>, in the file's order. 400 not UTF-8; 422 too many lines; 413. Safe to repeat: what is there
/// is refused as taken. It ends when its caller goes away.
/// </remarks>
internal sealed class ImportUsers(AccessOptions access, IdentityOptions identity, AccountStore accounts, AccountEnrolment enrolment, PasswordHashes passwords, TimeProvider time)
{
    public const int MaxLines = 1_000;

    private const int Columns = 4;

    /// <summary>Between two tries when too many sign in.</summary>
    private static readonly TimeSpan BusyDelay = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan BusyLimit = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Pulse = TimeSpan.FromSeconds(10);

    private static readonly byte[] WhiteSpace = "\n"u8.ToArray();

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public async Task HandleAsync(HttpContext context)
    {
        if (access.Mode != AccessMode.Accounts)
        {
            throw new RefusedException(AccessRefusals.NoAccounts);
        }

        var lines = Lines(await TextAsync(context));
        var refused = new List<(int Line, string Reason)>();
        var said = time.GetTimestamp();
        foreach (var line in lines)
        {
            // It takes a while: an administrator who is none any more makes no accounts.
            var stopped = context.Items[typeof(StillAdmitted)] is StillAdmitted still && await still.CheckAsync() is { } refusal ? refusal.Message : null;
            if ((stopped ?? await AddAsync(line, context.RequestAborted)) is { } reason)
            {
                refused.Add((line.Line, reason));
            }

            if (time.GetElapsedTime(said) >= Pulse)
            {
                said = time.GetTimestamp();
                Begin(context.Response);
                await context.Response.Body.WriteAsync(WhiteSpace, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }

        await AnswerAsync(context, lines.Count - refused.Count, refused);
    }

    /// <summary>Null when the account is made, or why it is not.</summary>
    private async Task<string?> AddAsync(CsvRecord line, CancellationToken cancellation)
    {
        if (line.Fault is { } fault)
        {
            return fault;
        }

        if (line.Fields.Count != Columns)
        {
            return $"The line has {line.Fields.Count} columns. It must have four: Name, Email, Password, Role.";
        }

        var (name, password, roleText) = (line.Fields[0].Trim(), line.Fields[2], line.Fields[3].Trim());
        if (name.Length is 0 or > AccountForm.MaxNameCharacters)
        {
            return $"The name must have 1 to {AccountForm.MaxNameCharacters} characters.";
        }

        if (EmailAddress.Parse(line.Fields[1]) is not { } email)
        {
            return "This is not an e-mail address.";
        }

        var role = roleText.Length == 0 ? AccountRole.Pending : AccountRoleText.Parse(roleText.ToLowerInvariant());
        if (role is null)
        {
            return "The role must be pending, user or admin.";
        }

        if (identity.Passwords.Fault(password) is { } weak)
        {
            return weak;
        }

        // Before the work of a hash: a file that is imported once more costs reads only.
        const string taken = "There is an account with this e-mail address already.";
        if (await accounts.FindByEmailAsync(email, cancellation) is not null)
        {
            return taken;
        }

        return await HashAsync(password, cancellation) is not { } hash ? "Too many people were signing in. Import this line again."
            : await enrolment.EnrolAsync(new(email, name, "password", hash, role), cancellation) is CreateOutcome.Created ? null
            : taken;
    }

    /// <summary>Waits for a place among those who sign in; null when there was none for too long.</summary>
    private async Task<string?> HashAsync(string password, CancellationToken cancellation)
    {
        for (var start = time.GetTimestamp(); ;)
        {
            if (await passwords.HashAsync(password, cancellation) is { } hash)
            {
                return hash;
            }

            if (time.GetElapsedTime(start) >= BusyLimit)
            {
                return null;
            }

            await Task.Delay(BusyDelay, time, cancellation);
        }
    }

    private static async Task<string> TextAsync(HttpContext context)
    {
        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
        var body = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        try
        {
            // Spreadsheets begin UTF-8 with a byte order mark.
            return StrictUtf8.GetString(body.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body);
        }
        catch (DecoderFallbackException)
        {
            throw new RefusedException(new(400, "invalid_csv", "The file is not text in UTF-8. Save it as \"CSV UTF-8\"."));
        }
    }

    private static List<CsvRecord> Lines(string text)
    {
        var lines = CsvText.Read(text).Where(record => !record.IsBlank).Take(MaxLines + 2).ToList();
        if (lines is [{ } top, ..] && IsHeader(top))
        {
            lines.RemoveAt(0);
        }

        return lines.Count switch
        {
            0 => throw new RefusedException(new(422, "empty_csv", "The file has no lines. Each names an account: Name,Email,Password,Role.")),
            > MaxLines => throw new RefusedException(new(422, "too_many_lines", $"The file has more than {MaxLines} lines. Import it in parts.")),
            _ => lines,
        };
    }

    private static bool IsHeader(CsvRecord line) =>
        line.Fields.Select(field => field.Trim().ToLowerInvariant()).SequenceEqual(["name", "email", "password", "role"]);

    private static void Begin(HttpResponse response)
    {
        if (!response.HasStarted)
        {
            response.ContentType = "application/json";
            response.Headers.CacheControl = "no-store";
        }
    }

    private static async Task AnswerAsync(HttpContext context, int added, List<(int Line, string Reason)> refused)
    {
        Begin(context.Response);
        using var buffer = new MemoryStream();
        await using (var json = new System.Text.Json.Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("added", added);
            json.WriteStartArray("refused");
            foreach (var (line, reason) in refused)
            {
                json.WriteStartObject();
                json.WriteNumber("line", line);
                json.WriteString("reason", reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        await context.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), context.RequestAborted);
    }
}
