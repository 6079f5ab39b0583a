using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Users;

/// <summary>
/// <c>GET /api/v1/users/user/settings</c> and <c>POST /user/settings/update</c>, and the same for <c>info</c>: free objects of the caller. What is
/// sent goes over what is there, member by member.
/// </summary>
internal sealed class OwnObject(AccountObjects objects)
{
    public async Task ReadAsync(HttpContext context, AccountObject which) =>
        await AnswerAsync(context, await objects.GetAsync(AccessGate.CallerOf(context).Account!.Id, which, context.RequestAborted));

    public async Task UpdateAsync(HttpContext context, AccountObject which)
    {
        using var form = await JsonForm.ReadAsync(context);
        ReadOnlyMemory<byte>? merged;
        try
        {
            merged = await objects.MergeAsync(AccessGate.CallerOf(context).Account!.Id, which, form.Root, context.RequestAborted);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new RefusedException(new(400, "invalid_json", "The request body holds a text that is no text: half a character, or bytes that are not UTF-8."));
        }

        await AnswerAsync(context, merged ?? throw new RefusedException(
            new(413, "too_large", $"With this the object would have more than {which.MaxBytes / 1024} kB, which is all that is kept of it.")));
    }

    private static Task AnswerAsync(HttpContext context, ReadOnlyMemory<byte> json) =>
        JsonAnswer.WriteAsync(context, writer => writer.WriteRawValue(json.Span));
}
