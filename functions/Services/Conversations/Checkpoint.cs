using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Conversations;

/// <summary>A stretch of a running answer's text as a row of its own.</summary>
internal static class Checkpoint
{
    /// <summary>A row takes 1 MiB, and a unit two bytes: far below it.</summary>
    public const int MaxUnits = 200_000;

    /// <summary>Each change between reasoning and content takes some characters of the layout.</summary>
    public const int MaxPieces = 10_000;

    public static RowProperties ToRow(int from, AnswerText text)
    {
        var row = new RowProperties { ["From"] = from };
        LongText.Write(row, "Content", text.All(AnswerPart.Content));
        LongText.Write(row, "Reasoning", text.All(AnswerPart.Reasoning));
        LongText.Write(row, "Layout", text.Layout);
        return row;
    }

    public static (int From, AnswerText Text) Of(StoredRow row) => (
        (int)(row.Properties.GetInt64("From") ?? 0),
        AnswerText.Of(
            LongText.Read(row.Properties, "Content") ?? "", LongText.Read(row.Properties, "Reasoning") ?? "", LongText.Read(row.Properties, "Layout")));
}
