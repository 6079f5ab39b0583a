using System.Text.Json;
using OpenWebUi.Services.Identity;
using OpenWebUi.Tests.Auth;

namespace OpenWebUi.Tests.Users;

public sealed class UserListTests(UserListTests.Crowd crowd) : IClassFixture<UserListTests.Crowd>
{
    /// <summary>66 accounts: four people who are signed in, 60 of a class, and two with accents.</summary>
    public sealed class Crowd : IAsyncLifetime
    {
        internal AccountSite Site { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Site = await AccountSite.StartAsync();
            var enrolment = Site.Get<AccountEnrolment>();
            for (var i = 0; i < 60; i++)
            {
                await enrolment.EnrolAsync(new($"pupil{i:00}@school.example", $"Pupil {i:00}", "ldap", Role: i < 5 ? AccountRole.Pending : AccountRole.User), default);
            }

            await enrolment.EnrolAsync(new("garcia@example.org", "Álvaro GARCÍA", "password", Role: AccountRole.User), default);
            await enrolment.EnrolAsync(new("zoe@example.org", "zoe e\u0301clair", "password", Role: AccountRole.Admin), default);
        }

        public async Task DisposeAsync() => await Site.DisposeAsync();
    }

    private HttpClient Admin => crowd.Site.Admin.Bearer;

    [Fact]
    public async Task List_OfMoreThanAPage_ComesThirtyAtATimeEachOnce()
    {
        var names = new List<string>();
        foreach (var (page, count) in (IEnumerable<(int, int)>)[(1, 30), (2, 30), (3, 6), (4, 0)])
        {
            var list = await Admin.DoAsync("GET", $"/api/v1/users/?order_by=name&direction=asc&page={page}");
            Assert.Equal((66, count), (list.GetProperty("total").GetInt32(), list.GetProperty("users").GetArrayLength()));
            Assert.False(list.TryGetProperty("truncated", out _));
            names.AddRange(list.GetProperty("users").Texts("name"));
        }

        Assert.Equal(66, names.Distinct().Count());
        // Case and accents do not count.
        Assert.Equal(["Ada Admin", "Álvaro GARCÍA", "Olga Other", "Pia Pending", "Pupil 00"], names.Take(5));
        Assert.Equal(["Uwe User", "zoe e\u0301clair"], names.TakeLast(2));
    }

    [Theory]
    [InlineData("query=garcia", "Álvaro GARCÍA")]
    [InlineData("query=ALVARO", "Álvaro GARCÍA")]
    [InlineData("query=%C3%89clair", "zoe e\u0301clair")]
    [InlineData("query=example.org&order_by=email&direction=asc", "Álvaro GARCÍA,zoe e\u0301clair")]
    [InlineData("query=UwE@", "Uwe User")]
    [InlineData("role=admin&order_by=created_at&direction=asc", "Ada Admin,zoe e\u0301clair")]
    [InlineData("role=pending&query=pupil&order_by=name&direction=desc", "Pupil 04,Pupil 03,Pupil 02,Pupil 01,Pupil 00")]
    [InlineData("query=nobody", "")]
    public async Task List_Searched_FindsByNameEmailAndRole(string query, string names)
    {
        var list = await Admin.DoAsync("GET", "/api/v1/users/?" + query);
        Assert.Equal(names, string.Join(",", list.GetProperty("users").Texts("name")));
        Assert.Equal(list.GetProperty("users").GetArrayLength(), list.GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("page=0")]
    [InlineData("page=x")]
    [InlineData("page=-1")]
    [InlineData("order_by=password")]
    [InlineData("direction=up")]
    [InlineData("role=god")]
    public async Task List_AskedForNonsense_SaysWhatIsWrong(string query) =>
        Assert.Equal("invalid_body", await Admin.RefusalAsync("GET", "/api/v1/users/?" + query, null, 422));

    [Fact]
    public async Task All_HasEverybodyInOpenWebUisFormAndNoSecret()
    {
        var answer = await Admin.GetStringAsync("/api/v1/users/all");
        using var document = JsonDocument.Parse(answer);
        var list = document.RootElement;
        Assert.Equal((66, 66), (list.GetProperty("total").GetInt32(), list.GetProperty("users").GetArrayLength()));
        var ada = Assert.Single(list.GetProperty("users").EnumerateArray().ToList(), user => user.GetProperty("is_first").GetBoolean());
        Assert.Equal(
            ["id", "email", "name", "role", "profile_image_url", "username", "bio", "gender", "date_of_birth", "oauth", "last_active_at", "updated_at", "created_at",
                "settings", "info", "group_ids", "is_first", "sign_in"],
            ada.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("Ada Admin", "admin", "password"), (ada.GetProperty("name").GetString(), ada.GetProperty("role").GetString(), ada.GetProperty("sign_in").GetString()));
        var account = await crowd.Site.ReadAsync(crowd.Site.Admin);
        Assert.DoesNotContain(account!.PasswordHash!, answer, StringComparison.Ordinal);
        Assert.DoesNotContain(account.Sessions[0].Id, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_ByAUser_ShowsNoEmailOfOthersAndNobodyWhoWaits()
    {
        var user = crowd.Site.User.Bearer;
        var list = await user.DoAsync("GET", "/api/v1/users/search?query=pupil");
        Assert.Equal((55, 30), (list.GetProperty("total").GetInt32(), list.GetProperty("users").GetArrayLength()));
        Assert.All(list.GetProperty("users").EnumerateArray(), person => Assert.Equal("", person.GetProperty("email").GetString()));
        Assert.Equal(25, (await user.DoAsync("GET", "/api/v1/users/search?query=pupil&page=2")).GetProperty("users").GetArrayLength());

        // A part of an address finds nobody: else addresses could be spelled out letter by letter.
        Assert.Equal(0, (await user.DoAsync("GET", "/api/v1/users/search?query=school.example")).GetProperty("total").GetInt32());
        Assert.Equal(0, (await user.DoAsync("GET", "/api/v1/users/search?query=pupil00@school.example")).GetProperty("total").GetInt32());
        Assert.Equal(["Pupil 07"], (await user.DoAsync("GET", "/api/v1/users/search?query=Pupil07@school.example")).GetProperty("users").Texts("name"));
        Assert.Equal(["uwe@example.com"], (await user.DoAsync("GET", "/api/v1/users/search?query=uwe")).GetProperty("users").Texts("email"));
    }

    [Fact]
    public async Task Search_ByAnAdministrator_FindsEverybodyWithTheirEmail()
    {
        var list = await Admin.DoAsync("GET", "/api/v1/users/search?query=school.example");
        Assert.Equal((60, 30), (list.GetProperty("total").GetInt32(), list.GetProperty("users").GetArrayLength()));
        Assert.Equal(("pupil00@school.example", "pending"),
            (list.GetProperty("users")[0].GetProperty("email").GetString(), list.GetProperty("users")[0].GetProperty("role").GetString()));
    }

    [Fact]
    public async Task One_SeenByOthers_IsANameAPictureAndNothingMore()
    {
        var (site, path) = (crowd.Site, $"/api/v1/users/{crowd.Site.Other.Id}");
        var seen = await site.User.Bearer.DoAsync("GET", path);
        Assert.Equal(["name", "profile_image_url", "is_active"], seen.EnumerateObject().Select(member => member.Name));
        Assert.True(seen.GetProperty("is_active").GetBoolean());
        Assert.Equal(["name", "profile_image_url", "groups", "is_active"], (await site.Other.Bearer.DoAsync("GET", path)).EnumerateObject().Select(member => member.Name));
        Assert.Equal(["name", "profile_image_url", "groups", "is_active"], (await Admin.DoAsync("GET", path)).EnumerateObject().Select(member => member.Name));

        var waiting = $"/api/v1/users/{site.Pending.Id}";
        Assert.Equal("not_found", await site.User.Bearer.RefusalAsync("GET", waiting, null, 404));
        Assert.Equal("Pia Pending", (await Admin.DoAsync("GET", waiting)).GetProperty("name").GetString());
        Assert.Equal("not_found", await Admin.RefusalAsync("GET", "/api/v1/users/nobody", null, 404));
    }
}
