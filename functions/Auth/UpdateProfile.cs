using System.Globalization;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Auth;

/// <summary><c>POST /api/v1/auths/update/profile {name, profile_image_url, bio?, gender?, date_of_birth?}</c>: what is left out stays.</summary>
internal sealed class UpdateProfile(AccountStore accounts, Pictures pictures, TimeProvider time)
{
    private const int MaxBioCharacters = 1_000;
    private const int MaxGenderCharacters = 60;

    public async Task HandleAsync(HttpContext context)
    {
        using var form = await JsonForm.ReadAsync(context);
        var id = AccessGate.CallerOf(context).Account!.Id;
        var name = form.OptionalText("name", AccountForm.MaxNameCharacters)?.Trim();
        if (name?.Length == 0)
        {
            throw new RefusedException("name", "'name' must not be empty.");
        }

        var bio = form.OptionalText("bio", MaxBioCharacters);
        var gender = form.OptionalText("gender", MaxGenderCharacters);
        var birth = form.OptionalText("date_of_birth", 10);
        if (birth is { Length: > 0 } && !DateOnly.TryParseExact(birth, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            throw new RefusedException("date_of_birth", "'date_of_birth' must be a date such as 1990-12-31.");
        }

        var picture = form.OptionalText("profile_image_url", Pictures.MaxCharacters) is { } url ? await pictures.TakeAsync(id, url, context.RequestAborted) : null;
        var outcome = await accounts.ChangeAsync(
            id,
            account => account with
            {
                Name = name ?? account.Name,
                Bio = bio ?? account.Bio,
                Gender = gender ?? account.Gender,
                DateOfBirth = birth ?? account.DateOfBirth,
                Picture = picture ?? account.Picture,
                UpdatedAt = time.GetUtcNow(),
            },
            context.RequestAborted);
        if (outcome is not ChangeOutcome.Changed(var changed))
        {
            throw new RefusedException(SessionStart.Gone);
        }

        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            AccountJson.WriteWho(json, changed);
            json.WriteEndObject();
        });
    }
}
