using System.Buffers.Binary;
using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using OpenWebUi.Services.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Access;

public sealed class GuessLimiterTests
{
    private static readonly IPAddress Address = IPAddress.Parse("203.0.113.7");
    private readonly ManualTime _time = new();
    private readonly GuessLimiter _limiter;

    public GuessLimiterTests() => _limiter = new GuessLimiter(_time);

    [Fact]
    public void Address_WrongAgainAndAgain_IsLockedForTwiceAsLongEachTime()
    {
        for (var i = 0; i < GuessLimiter.FreeAttempts; i++)
        {
            Assert.True(IsAllowed(Address, right: false));
        }

        var expected = TimeSpan.FromSeconds(2);
        for (var i = 0; i < 15; i++)
        {
            Assert.Equal(expected, Assert.IsType<GuessDecision.Locked>(_limiter.Try(Address, NotLookedAt).Decision).Wait);
            _time.Advance(expected - TimeSpan.FromTicks(1));
            Assert.IsType<GuessDecision.Locked>(_limiter.Try(Address, NotLookedAt).Decision);
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.True(IsAllowed(Address, right: false));
            expected = expected * 2 < TimeSpan.FromMinutes(15) ? expected * 2 : TimeSpan.FromMinutes(15);
        }
    }

    [Fact]
    public void Address_RightBetweenWrongOnes_ClearsNothingAndCountsNothing()
    {
        for (var i = 0; i < GuessLimiter.FreeAttempts; i++)
        {
            Assert.True(IsAllowed(Address, right: true));
            Assert.True(IsAllowed(Address, right: false));
        }

        Assert.IsType<GuessDecision.Locked>(_limiter.Try(Address, NotLookedAt).Decision);
    }

    [Fact]
    public void Address_RightOnly_IsNotEvenRemembered()
    {
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(IsAllowed(Address, right: true));
        }

        Assert.Equal(0, _limiter.AddressCount);
    }

    [Fact]
    public void Address_AnHourWithoutAWrongOne_IsForgottenThoughRightOnesCame()
    {
        for (var i = 0; i < GuessLimiter.FreeAttempts - 1; i++)
        {
            IsAllowed(Address, right: false);
        }

        for (var i = 0; i < 4; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(20));
            Assert.True(IsAllowed(Address, right: true));
        }

        Assert.True(IsAllowed(Address, right: false));
        Assert.True(IsAllowed(Address, right: false));
    }

    [Fact]
    public async Task Address_ManyRightOnesTogetherAfterFourWrong_AreAllAllowed()
    {
        for (var i = 0; i < GuessLimiter.FreeAttempts - 1; i++)
        {
            IsAllowed(Address, right: false);
        }

        var refused = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 50_000; i++)
            {
                if (!IsAllowed(Address, right: true))
                {
                    Interlocked.Increment(ref refused);
                }
            }
        })));
        Assert.Equal(0, refused);
    }

    [Fact]
    public void UnknownAddress_WrongOnes_ShareTenAndThreeASecond()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.True(IsAllowed(null, right: false));
        }

        Assert.Equal(TimeSpan.FromSeconds(1), Assert.IsType<GuessDecision.Busy>(_limiter.Try(null, NotLookedAt).Decision).Wait);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => IsAllowed(null, right: false)));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(10, Enumerable.Range(0, 20).Count(_ => IsAllowed(null, right: false)));
    }

    [Fact]
    public void UnknownAddress_RightOnes_TakeNothing()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.True(IsAllowed(null, right: true));
        }
    }

    [Fact]
    public void UnknownAddress_LaneFull_LocksNoKnownAddress()
    {
        while (IsAllowed(null, right: false))
        {
        }

        Assert.True(IsAllowed(Address, right: true));
    }

    [Fact]
    public void Addresses_TwoHundredThousand_ArePartlyForgotten()
    {
        var bytes = new byte[4];
        for (var i = 0; i < 200_000; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes, 0x0B000000 + i);
            Assert.True(IsAllowed(new IPAddress(bytes), right: false));
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.InRange(_limiter.AddressCount, 1, 50_000);
        }

        // The newest are remembered.
        for (var i = 0; i < GuessLimiter.FreeAttempts - 1; i++)
        {
            Assert.True(IsAllowed(new IPAddress(bytes), right: false));
        }

        Assert.False(IsAllowed(new IPAddress(bytes), right: false));
    }

    /// <summary>Structure, not timing: whatever compares a secret calls the comparison of fixed time, and none of ==, Equals, SequenceEqual.</summary>
    [Theory]
    [InlineData("OpenWebUi.Services.Access.AccessCodes", "Find")]
    [InlineData("OpenWebUi.Services.Access.AccessCodes", "HasFingerprint")]
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

    private bool IsAllowed(IPAddress? address, bool right)
    {
        var (decision, isRight) = _limiter.Try(address, () => right);
        Assert.Equal(decision is GuessDecision.Allowed && right, isRight);
        return decision is GuessDecision.Allowed;
    }

    private static bool NotLookedAt() => throw new InvalidOperationException("This attempt may not be looked at.");
}
