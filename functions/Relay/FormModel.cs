using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Relay;

/// <summary>The value of the field <c>model</c> of a <c>multipart/form-data</c> body (RFC 7578).</summary>
/// <param name="Model">Null when there is no such field.</param>
/// <param name="At">Where the value stands in the body.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="Refusal">Why the form cannot go on, or null.</param>
internal sealed record FormModel(string? Model, long At = 0, int Length = 0, ErrorReport? Refusal = null)
{
    /// <summary>Longest name of a model.</summary>
    private const int MaxBytes = 256;

    /// <summary>Looks through a whole form: clients send the file first, and only at its end is there no second name.</summary>
    /// <returns>Two names are refused: who knows which one the provider takes.</returns>
    public static async Task<FormModel> FindAsync(Stream form, string contentType, CancellationToken cancellation)
    {
        var found = new FormModel(Model: null);
        try
        {
            var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(contentType).Boundary).Value ?? "";
            var reader = new MultipartReader(boundary, form);
            while (await reader.ReadNextSectionAsync(cancellation) is { } part)
            {
                if (!ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition)
                    || !HeaderUtilities.RemoveQuotes(disposition.Name).Equals("model", StringComparison.OrdinalIgnoreCase))
                {
                    continue;
                }

                var value = new byte[MaxBytes + 1];
                var length = await part.Body.ReadAtLeastAsync(value, value.Length, throwOnEndOfStream: false, cancellation);
                if (found.Model is not null || length > MaxBytes)
                {
                    return found with { Refusal = new(422, "invalid_body", found.Model is not null ? "'model' is there twice." : "'model' is longer than any name is.", "model") };
                }

                found = new(Encoding.UTF8.GetString(value, 0, length), part.BaseStreamOffset!.Value, length);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException or ArgumentException)
        {
            return found with { Refusal = new(400, "invalid_form", "The request body is not the form that its Content-Type says.") };
        }

        return found;
    }
}
