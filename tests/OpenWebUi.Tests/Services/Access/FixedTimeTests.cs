using System.Buffers.Binary;
using System.Reflection;
using System.Security.Cryptography;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Tests.Services.Access;

public sealed class FixedTimeTests
{
    /// <summary>Structure, not timing: whatever compares a secret calls the comparison of fixed time, and none of ==, Equals, SequenceEqual.</summary>
    [Theory]
    [InlineData("OpenWebUi.Services.Access.AccessCodes", "Find")]
    [InlineData("OpenWebUi.Services.Access.AccessCodes", "IsAmong")]
    [InlineData("OpenWebUi.Services.Access.AccessCodes", "FingerprintUnder")]
    [InlineData("OpenWebUi.Services.Access.AccessPass", "ReadEvenOver")]
    public void Secrets_Compared_AreComparedInFixedTime(string type, string method)
    {
        var calls = CallsOf(typeof(AccessCodes).Assembly.GetType(type, throwOnError: true)!
            .GetMethod(method, BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!);
        Assert.Contains(calls, call => call.DeclaringType == typeof(CryptographicOperations) && call.Name == nameof(CryptographicOperations.FixedTimeEquals));
        Assert.DoesNotContain(calls, call => call.Name is "op_Equality" or "SequenceEqual" or "Equals" or "Contains" or "StartsWith");
    }

    private static List<MethodBase> CallsOf(MethodInfo method)
    {
        var il = method.GetMethodBody()!.GetILAsByteArray()!;
        var calls = new List<MethodBase>();
        for (var i = 0; i + 4 < il.Length; i++)
        {
            // call, callvirt; an operand that looks like one resolves to nothing or to something harmless.
            if (il[i] is 0x28 or 0x6F)
            {
                try
                {
                    calls.Add(method.Module.ResolveMethod(BinaryPrimitives.ReadInt32LittleEndian(il.AsSpan(i + 1)))!);
                }
                catch (ArgumentException)
                {
                }
            }
        }

        return calls;
    }
}
