using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OpenWebUi.Services.Settings;

/// <summary>A value is not what a setting takes.</summary>
/// <param name="expected">What it takes, so that it reads after "must be" and after "expected".</param>
internal sealed class SettingRefusedException(string expected) : Exception(expected);

/// <summary>One thing that an administrator sets: its key, its variables, and what values it takes. Values are held as JSON text.</summary>
/// <param name="Key">Its name on the wire and in the row.</param>
/// <param name="Type">What the page shows for it: text, bool, choice, list, banners, suggestions or permissions.</param>
/// <param name="Variables">What fixes it: the first of these that is set wins over anything saved. Permissions have one for each flag instead.</param>
internal abstract record Setting(string Key, string Type, IReadOnlyList<string> Variables)
{
    /// <summary>What a choice chooses from.</summary>
    public IReadOnlyList<string>? Options { get; init; }

    public abstract string DefaultJson { get; }

    /// <summary>Whether this version takes what another one saved.</summary>
    public abstract bool IsReadable(string json);

    /// <summary>A value in the one form in which it is kept.</summary>
    /// <exception cref="SettingRefusedException">The setting does not take it.</exception>
    public abstract string Canonical(JsonElement value);

    /// <summary>The value of a variable, in the form in which a value is kept.</summary>
    /// <exception cref="SettingRefusedException">The setting does not take it.</exception>
    public abstract string CanonicalOfVariable(string text);
}

/// <inheritdoc cref="Setting"/>
/// <param name="Key"><inheritdoc cref="Setting" path="/param[@name='Key']"/></param>
/// <param name="Type"><inheritdoc cref="Setting" path="/param[@name='Type']"/></param>
/// <param name="Default">Where neither a variable nor an administrator says anything.</param>
/// <param name="Form">How it is read and written.</param>
/// <param name="Variables"><inheritdoc cref="Setting" path="/param[@name='Variables']"/></param>
internal sealed record Setting<T>(string Key, string Type, T Default, SettingForm<T> Form, params IReadOnlyList<string> Variables) : Setting(Key, Type, Variables)
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override string DefaultJson => Json(Default);

    public T Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Form.Read(document.RootElement);
    }

    /// <summary>False for what this version does not take.</summary>
    public bool TryRead(string json, [MaybeNullWhen(false)] out T value)
    {
        try
        {
            value = Read(json);
            return true;
        }
        catch (Exception e) when (e is SettingRefusedException or JsonException or InvalidOperationException)
        {
            value = default;
            return false;
        }
    }

    public override bool IsReadable(string json) => TryRead(json, out _);

    public override string Canonical(JsonElement value) => Json(SettingForms.Checked(() => Form.Read(value)));

    public override string CanonicalOfVariable(string text) => Json(Form.OfVariable(text));

    /// <summary>The one form in which a value is kept.</summary>
    /// <exception cref="SettingRefusedException">It is too long.</exception>
    public string Json(T value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            Form.Write(json, value);
        }

        var text = Encoding.UTF8.GetString(buffer.WrittenSpan);
        return text.Length <= SettingForms.MaxJsonCharacters ? text
            : throw new SettingRefusedException($"at most {SettingForms.MaxJsonCharacters} characters of JSON in all");
    }
}

/// <summary>How values of a type are read and written.</summary>
/// <param name="Read">From JSON; throws <see cref="SettingRefusedException"/>.</param>
/// <param name="OfVariable">From the text of a variable; throws <see cref="SettingRefusedException"/>.</param>
/// <param name="Write">To JSON.</param>
internal sealed record SettingForm<T>(Func<JsonElement, T> Read, Func<string, T> OfVariable, Action<Utf8JsonWriter, T> Write);
