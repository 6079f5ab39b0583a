using System.Collections;

namespace OpenWebUi.Platform.Storage;

/// <summary>The flat, typed content of a row: <c>new RowProperties { ["Title"] = "x", ["Turns"] = 3 }</c>.</summary>
/// <remarks>
/// Names are C# identifiers in ASCII, compared by ordinal. A null value means "no such property". The order is not
/// kept. Not safe for concurrent changes; leave it alone while a call of the store runs on it. The limits
/// (<see cref="RowLimits"/>) are checked when it is stored.
/// </remarks>
internal sealed class RowProperties : IReadOnlyCollection<KeyValuePair<string, PropertyValue>>
{
    private readonly Dictionary<string, PropertyValue> values = new(StringComparer.Ordinal);

    public int Count => values.Count;

    /// <summary>The value, absent where there is none. Setting an absent value (a null) removes the property.</summary>
    public PropertyValue this[string name]
    {
        get => values.GetValueOrDefault(name);
        set
        {
            if (value.Kind == PropertyKind.Absent)
            {
                values.Remove(name);
            }
            else
            {
                values[name] = value;
            }
        }
    }

    // The typed readers answer null where the property is absent, and throw InvalidOperationException where it holds
    // another type: the slice that wrote the row knows its types.

    public string? GetText(string name) => Has(name, out var value) ? value.AsText() : null;

    public bool? GetBoolean(string name) => Has(name, out var value) ? value.AsBoolean() : null;

    public long? GetInt64(string name) => Has(name, out var value) ? value.AsInt64() : null;

    public double? GetDouble(string name) => Has(name, out var value) ? value.AsDouble() : null;

    public DateTimeOffset? GetTime(string name) => Has(name, out var value) ? value.AsTime() : null;

    // Without the cast null would become an empty memory, by way of a null array.
    public ReadOnlyMemory<byte>? GetBytes(string name) => Has(name, out var value) ? value.AsBytes() : (ReadOnlyMemory<byte>?)null;

    public IEnumerator<KeyValuePair<string, PropertyValue>> GetEnumerator() => values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private bool Has(string name, out PropertyValue value) => values.TryGetValue(name, out value);
}
