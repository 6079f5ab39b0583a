using System.Reflection;
using System.Reflection.Emit;

namespace OpenWebUi.Tests;

/// <summary>Holds the plan of the house (docs/architecture.md) by reading which types refer to which.</summary>
public sealed class FloorTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // Before Arrows, which is read with it.
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>Platform knows nothing of the product.</summary>
    private static readonly string[] ProductWords = ["Chat", "User", "Model", "Completion", "Connection", "Upstream"];

    private static readonly (string From, string To, string Names)[] Arrows = [.. ReadArrows().Distinct()];

    [Fact]
    public void Reading_FindsWhatIsKnownToBeThere()
    {
        Assert.Contains(Arrows, a => a is { From: "Relay", To: "Services.Upstreams" });
        Assert.Contains(Arrows, a => a is { From: "", To: "Website" });
        Assert.True(Arrows.Length > 200, $"{Arrows.Length} arrows");
    }

    [Fact]
    public void Platform_RefersToNothingAboveIt() =>
        None(Arrows.Where(a => Floor(a.From) == 0 && Floor(a.To) > 0));

    [Fact]
    public void Services_ReferToNoSlice() =>
        None(Arrows.Where(a => Floor(a.From) == 1 && Floor(a.To) > 1));

    [Fact]
    public void Slice_RefersToNoOtherSlice() =>
        None(Arrows.Where(a => Floor(a.From) == 2 && Floor(a.To) == 2 && a.From != a.To));

    [Fact]
    public void Nothing_RefersToTheTableOfContents() =>
        None(Arrows.Where(a => Floor(a.To) == 3 && Floor(a.From) < 3));

    [Fact]
    public void Upstreams_KnowsNoCallers_AndTheWebsiteNoApi()
    {
        None(Arrows.Where(a => a.From == "Services.Upstreams" && a.To == "Services.Access"));
        None(Arrows.Where(a => a.From == "Website" && a.To is "Services.Upstreams" or "Services.Models"));
        None(Arrows.Where(a => a.From == "Platform.Storage" && a.To != "Platform.Storage"
            && !(a.To == "Platform.Azure" && a.Names.StartsWith("OpenWebUi.Platform.Storage.Azure", StringComparison.Ordinal))));
        None(Arrows.Where(a => a.From == "Platform.Azure" && a.To is not ("Platform.Azure" or "Platform.Configuration")));
    }

    [Fact]
    public void ServicesRooms_FormNoCircle()
    {
        var rooms = Arrows.Where(a => Floor(a.From) == 1 && Floor(a.To) == 1 && a.From != a.To).ToLookup(a => a.From, a => a.To);
        foreach (var room in rooms.Select(r => r.Key))
        {
            var seen = new HashSet<string>();
            var open = new Stack<string>(rooms[room]);
            while (open.TryPop(out var next))
            {
                Assert.True(next != room, $"{room} reaches itself through {string.Join(", ", seen)}");
                if (seen.Add(next))
                {
                    foreach (var further in rooms[next])
                    {
                        open.Push(further);
                    }
                }
            }
        }
    }

    [Fact]
    public void PlatformTypes_BearNoWordOfTheProduct() =>
        None(Types().Where(t => Floor(Room(t)) == 0).Select(t => t.Name).Where(name => ProductWords.Any(word => name.StartsWith(word, StringComparison.Ordinal))));

    [Fact]
    public void HttpContext_StopsAtTheSlice()
    {
        // The gate alone: who calls is decided from the request.
        None(Arrows.Where(a => a.To == "HttpContext" && Floor(a.From) == 1 && a.From != "Services.Access").Select(a => a.Names));
    }

    private static void None<T>(IEnumerable<T> broken)
    {
        var all = broken.ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }

    private static int Floor(string room) =>
        room.StartsWith("Platform.", StringComparison.Ordinal) ? 0 : room.StartsWith("Services.", StringComparison.Ordinal) ? 1 : room == "" ? 3 : room == "HttpContext" ? -1 : 2;

    private static IEnumerable<Type> Types() => typeof(Program).Assembly.GetTypes().Where(t => t.Namespace?.StartsWith("OpenWebUi", StringComparison.Ordinal) == true);

    /// <summary>Two names deep on the lower floors, one in the slices.</summary>
    private static string Room(Type type)
    {
        var parts = type.Namespace!.Split('.').Skip(1).ToArray();
        return parts is ["Platform" or "Services", _, ..] ? $"{parts[0]}.{parts[1]}" : parts.FirstOrDefault() ?? "";
    }

    private static IEnumerable<(string From, string To, string Names)> ReadArrows()
    {
        foreach (var type in Types())
        {
            foreach (var used in Used(type).SelectMany(Parts).Distinct())
            {
                if (used.FullName == "Microsoft.AspNetCore.Http.HttpContext")
                {
                    yield return (Room(type), "HttpContext", $"{type} -> {used}");
                }
                else if (used.Assembly == type.Assembly && used.Namespace?.StartsWith("OpenWebUi", StringComparison.Ordinal) == true)
                {
                    yield return (Room(type), Room(used), $"{type} -> {used}");
                }
            }
        }
    }

    /// <summary>What a type's shape and its methods' code name.</summary>
    private static IEnumerable<Type> Used(Type type)
    {
        IEnumerable<Type?> used = [type.BaseType, .. type.GetInterfaces(), .. type.GetFields(All).Select(f => f.FieldType), .. type.GetCustomAttributesData().Select(a => a.AttributeType)];
        foreach (var method in type.GetMembers(All).OfType<MethodBase>())
        {
            used = used.Concat(method.GetParameters().Select(p => p.ParameterType)).Append((method as MethodInfo)?.ReturnType).Concat(InCode(method));
        }

        return used.OfType<Type>();
    }

    /// <summary>Every type whose member, or which itself, an instruction of the method names (ECMA-335, partition III).</summary>
    private static IEnumerable<Type> InCode(MethodBase method)
    {
        if (method.GetMethodBody() is not { } body || body.GetILAsByteArray() is not { } code)
        {
            yield break;
        }

        foreach (var local in body.LocalVariables)
        {
            yield return local.LocalType;
        }

        var typeArguments = method.DeclaringType is { IsGenericType: true } generic ? generic.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var i = 0; i < code.Length;)
        {
            var instruction = code[i] == 0xFE ? Codes[(short)((code[i] << 8) | code[i + 1])] : Codes[code[i]];
            i += instruction.Size;
            if (instruction.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                var member = method.Module.ResolveMember(BitConverter.ToInt32(code, i), typeArguments, methodArguments);
                IEnumerable<Type?> found = [member as Type ?? member?.DeclaringType, .. member is MethodInfo { IsGenericMethod: true } call ? call.GetGenericArguments() : []];
                foreach (var type in found.OfType<Type>())
                {
                    yield return type;
                }
            }

            i += instruction.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, i)),
                _ => 4,
            };
        }
    }

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type)
        : [type];
}
