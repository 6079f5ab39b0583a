using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Files;

/// <summary><c>POST /api/v1/files/</c>: the part <c>file</c> of a form (RFC 7578), which goes to the storage as it comes. Other parts are passed over.</summary>
internal sealed class UploadFile(FileStore files)
{
    private static readonly ErrorReport NoForm = new(400, "invalid_form", "Send the file as multipart/form-data, in a part called 'file' with a file name.");

    public async Task HandleAsync(HttpContext context)
    {
        var owner = FileRequest.OwnerOf(context);
        StoredFile? file;
        ErrorReport? refusal;
        try
        {
            if (await FindAsync(context) is not var (name, content))
            {
                throw new RefusedException(NoForm);
            }

            (file, refusal) = await files.AddAsync(owner, name, content, () => StillAdmitted.DemandAsync(context), context.RequestAborted);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or ArgumentException or IOException and not BadHttpRequestException)
        {
            throw new RefusedException(NoForm);
        }

        if (refusal is not null)
        {
            throw new RefusedException(refusal);
        }

        await JsonAnswer.WriteAsync(context, json => FileRequest.Write(json, owner, file!));
    }

    private static async Task<(string Name, Stream Content)?> FindAsync(HttpContext context)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var reader = new MultipartReader(HeaderUtilities.RemoveQuotes(type.Boundary).Value ?? "", context.Request.Body);
        while (await reader.ReadNextSectionAsync(context.RequestAborted) is { } part)
        {
            if (ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition)
                && HeaderUtilities.RemoveQuotes(disposition.Name).Equals("file", StringComparison.Ordinal)
                && (disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName)) is { Length: > 0 } name)
            {
                return (name.Value!, part.Body);
            }
        }

        return null;
    }
}
