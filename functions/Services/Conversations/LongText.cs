using System.Globalization;
using System.Text;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Conversations;

/// <summary>Text longer than one property takes, in several: <c>Name</c>, <c>Name1</c>, <c>Name2</c>...</summary>
internal static class LongText
{
    public static void Write(RowProperties row, string name, string? text)
    {
        var number = 0;
        for (var from = 0; from < text?.Length; number++)
        {
            var length = Math.Min(RowLimits.MaxTextChars, text.Length - from);
            if (from + length < text.Length && char.IsHighSurrogate(text[from + length - 1]))
            {
                length--; // never inside a character
            }

            row[Name(name, number)] = text.Substring(from, length);
            from += length;
        }
    }

    public static string? Read(RowProperties row, string name)
    {
        if (row.GetText(Name(name, 1)) is not { } second)
        {
            return row.GetText(name);
        }

        var text = new StringBuilder(row.GetText(name)).Append(second);
        for (var number = 2; row.GetText(Name(name, number)) is { } next; number++)
        {
            text.Append(next);
        }

        return text.ToString();
    }

    private static string Name(string name, int number) => number == 0 ? name : name + number.ToString(CultureInfo.InvariantCulture);
}
