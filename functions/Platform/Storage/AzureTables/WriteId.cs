using System.Security.Cryptography;

namespace OpenWebUi.Platform.Storage.AzureTables;

/// <summary>
/// Marks a conditional write, so that the writer knows its own row again when the answer to a write was lost. Two
/// writers may race with the same content (a counter: both write 8 over 7), so content alone proves nothing.
/// </summary>
/// <remarks>
/// Kept in the property <see cref="RowLimits.WriteIdName"/>, which no caller can name or see. A row that has no room for
/// it (252 properties, or within <see cref="Bytes"/> of 1 MiB) goes without and is known again by its content.
/// </remarks>
internal static class WriteId
{
    /// <summary>What the property takes of a row, counted as <see cref="RowLimits.RowBytes"/> does.</summary>
    private const int Bytes = 8 + (2 * 6) + 8;

    /// <summary>64 random bits, or null where the row has no room.</summary>
    public static long? For(RowKey key, RowProperties properties) =>
        properties.Count < RowLimits.MaxProperties && RowLimits.RowBytes(key, properties) <= RowLimits.MaxRowBytes - Bytes
            ? BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)))
            : null;
}
