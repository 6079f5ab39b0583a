using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;

namespace OpenWebUi.Models;

/// <summary>
/// Open WebUI's form of a preset: <c>{id, base_model_id, name, meta, params, access_control?, is_active?}</c>. What is left out of a change
/// stays as it is; parameters that no provider knows, and other keys of <c>meta</c>, are taken and not kept.
/// </summary>
internal static class PresetForm
{
    private const int MaxNameCharacters = 200;
    private const int MaxSystemCharacters = 30_000;
    private const int MaxGreetingCharacters = 2_000;
    private const int MaxStarters = 12;
    private const int MaxStarterCharacters = 1_000;
    private const int MaxStops = 16;
    private const int MaxStopCharacters = 200;

    /// <summary>What numbers there are, and between which bounds providers take them.</summary>
    private static readonly Dictionary<string, (double Least, double Most, bool IsWhole)> Numbers = new()
    {
        ["temperature"] = (0, 2, false),
        ["top_p"] = (0, 1, false),
        ["top_k"] = (0, 10_000, true),
        ["min_p"] = (0, 1, false),
        ["max_tokens"] = (1, 10_000_000, true),
        ["seed"] = (long.MinValue / 1024, long.MaxValue / 1024, true),
        ["frequency_penalty"] = (-2, 2, false),
        ["presence_penalty"] = (-2, 2, false),
    };

    private static readonly string[] Efforts = ["none", "minimal", "low", "medium", "high", "xhigh"];

    /// <summary>The form is a preset's; else it is about a model that providers list.</summary>
    public static bool IsOne(JsonForm form) => form.OptionalText("base_model_id", ModelSettings.MaxIdCharacters) is { Length: > 0 };

    /// <summary>What the form says, over what there was.</summary>
    /// <exception cref="RefusedException">422, with the field.</exception>
    public static Preset Over(Preset before, JsonForm form)
    {
        var root = form.Root;
        var meta = ModelForm.Member(form, "meta");
        var parameters = ModelForm.Member(form, "params");
        return before with
        {
            BaseModelId = root.TryGetProperty("base_model_id", out _) ? Base(form) : before.BaseModelId,
            Name = root.TryGetProperty("name", out _) ? Name(form) : before.Name,
            Meta = meta is { } shown ? ModelForm.Meta(before.Meta, shown) : before.Meta,
            Words = new(
                parameters is { } own ? System(own) : before.Words.System,
                parameters is { } given ? Parameters(given) : before.Words.Parameters,
                meta is { } greets && ModelForm.Has(greets, "greeting") ? Text(greets, "greeting", "meta.greeting", MaxGreetingCharacters) : before.Words.Greeting,
                meta is { } starts && ModelForm.Has(starts, "suggestion_prompts") ? Starters(starts.GetProperty("suggestion_prompts")) : before.Words.Starters),
            Readers = root.TryGetProperty("access_control", out _) ? Readers.Read(root) : before.Readers,
            IsActive = ModelForm.Flag(form, "is_active") ?? before.IsActive,
        };
    }

    private static string Base(JsonForm form) => ModelForm.Line(form.OptionalText("base_model_id", ModelSettings.MaxIdCharacters), "base_model_id")
        ?? throw new RefusedException("base_model_id", "'base_model_id' must name the model that the preset stands on.");

    private static string Name(JsonForm form) =>
        ModelForm.Line(form.OptionalText("name", MaxNameCharacters), "name") ?? throw new RefusedException("name", "'name' must not be empty.");

    private static string System(JsonElement parameters) =>
        ModelForm.Has(parameters, "system") ? Text(parameters, "system", "params.system", MaxSystemCharacters) : "";

    /// <summary>Trimmed; empty for null.</summary>
    private static string Text(JsonElement json, string name, string field, int most)
    {
        var text = json.GetProperty(name).ValueKind == JsonValueKind.Null ? null : ModelForm.Text(json, name, field);
        return (text?.Length ?? 0) <= most && text?.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) != true
            ? text ?? "" : throw new RefusedException(field, $"'{field}' must be text of at most {most} characters.");
    }

    /// <summary>Each an object with <c>content</c>, as Open WebUI has them; a <c>title</c> beside it is not kept.</summary>
    private static IReadOnlyList<string> Starters(JsonElement value)
    {
        const string field = "meta.suggestion_prompts";
        if (value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= MaxStarters
            && value.EnumerateArray().All(entry => entry.ValueKind == JsonValueKind.Object && ModelForm.Has(entry, "content"))
                ? [.. value.EnumerateArray().Select(entry => Text(entry, "content", field, MaxStarterCharacters)).Where(text => text.Length > 0)]
                : throw new RefusedException(field, $"'{field}' must be a list of at most {MaxStarters} objects with 'content'.");
    }

    private static string Parameters(JsonElement given) => ModelSettingsRow.Text(json =>
    {
        json.WriteStartObject();
        foreach (var (name, (least, most, isWhole)) in Numbers)
        {
            if (ModelForm.Has(given, name) && given.GetProperty(name) is { ValueKind: not JsonValueKind.Null } value)
            {
                var isTaken = value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most
                    && (!isWhole || value.TryGetInt64(out _));
                if (!isTaken)
                {
                    throw new RefusedException("params." + name, $"'params.{name}' must be a {(isWhole ? "whole " : "")}number{(name == "seed" ? "" : $" from {least:0} to {most:0}")}.");
                }

                json.WritePropertyName(name);
                value.WriteTo(json);
            }
        }

        WriteStops(json, given);
        WriteEffort(json, given);
        json.WriteEndObject();
    });

    /// <summary>A list of texts, or one with commas between them, as Open WebUI's page sends it.</summary>
    private static void WriteStops(Utf8JsonWriter json, JsonElement given)
    {
        if (!ModelForm.Has(given, "stop") || given.GetProperty("stop") is not { ValueKind: not JsonValueKind.Null } value)
        {
            return;
        }

        var refusal = new RefusedException("params.stop", $"'params.stop' must be a list of at most {MaxStops} texts of at most {MaxStopCharacters} characters.");
        var stops = value.ValueKind switch
        {
            JsonValueKind.String => (ModelForm.Text(given, "stop", "params.stop") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            JsonValueKind.Array when value.EnumerateArray().All(stop => stop.ValueKind == JsonValueKind.String) => Strings(value, refusal),
            _ => throw refusal,
        };
        if (stops.Length > MaxStops || stops.Any(stop => stop.Length is 0 or > MaxStopCharacters))
        {
            throw refusal;
        }

        if (stops.Length > 0)
        {
            json.WriteStartArray("stop");
            foreach (var stop in stops)
            {
                json.WriteStringValue(stop);
            }

            json.WriteEndArray();
        }
    }

    private static string[] Strings(JsonElement list, RefusedException refusal)
    {
        try
        {
            return [.. list.EnumerateArray().Select(entry => entry.GetString()!)];
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair.
            throw refusal;
        }
    }

    private static void WriteEffort(Utf8JsonWriter json, JsonElement given)
    {
        if (!ModelForm.Has(given, "reasoning_effort") || given.GetProperty("reasoning_effort").ValueKind == JsonValueKind.Null
            || ModelForm.Text(given, "reasoning_effort", "params.reasoning_effort") is not { } effort)
        {
            return;
        }

        json.WriteString("reasoning_effort", Efforts.Contains(effort)
            ? effort : throw new RefusedException("params.reasoning_effort", $"'params.reasoning_effort' must be one of {string.Join(", ", Efforts)}."));
    }
}
