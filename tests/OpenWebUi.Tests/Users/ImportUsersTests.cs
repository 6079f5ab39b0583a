using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OpenWebUi.Services.Identity;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Users;

namespace OpenWebUi.Tests.Users;

public sealed class ImportUsersTests
{
    [Fact]
    public async Task Import_OfGoodAndBadLines_AddsTheGoodAndSaysWhyOthersAreNot()
    {
        await using var site = await AccountSite.StartAsync();
        var (status, answer) = await ImportAsync(site, """
            Name,Email,Password,Role
            "Doe, ""Jane""
            of Troy",Jane@Example.com,long enough 1,User

            Nobody,nobody,long enough 1,user
            Olga Two,olga@example.com,long enough 1,user
            ,empty@example.com,long enough 1,user
            Weak,weak@example.com,short,user
            God,god@example.com,long enough 1,god
            Too few,few@example.com
            "Quoted" twice,quoted@example.com,long enough 1,user
            Wim Waits,wim@example.com,long enough 1,
            """, bom: true);
        Assert.Equal((200, 2), (status, answer.GetProperty("added").GetInt32()));
        Assert.Equal([5, 6, 7, 8, 9, 10, 11], answer.GetProperty("refused").EnumerateArray().Select(entry => entry.GetProperty("line").GetInt32()));
        var reasons = answer.GetProperty("refused").Texts("reason");
        Assert.Equal("There is an account with this e-mail address already.", reasons[1]);
        Assert.All(reasons, reason => Assert.EndsWith(".", reason, StringComparison.Ordinal));

        var accounts = site.Get<AccountStore>();
        var jane = await accounts.FindByEmailAsync("jane@example.com", default);
        Assert.Equal(("Doe, \"Jane\"\nof Troy", AccountRole.User), (jane!.Name, jane.Role));
        Assert.Equal(AccountRole.Pending, (await accounts.FindByEmailAsync("wim@example.com", default))!.Role);
        Assert.Equal(200, await site.Stranger.CodeAsync("POST", "/api/v1/auths/signin", """{"email":"jane@example.com","password":"long enough 1"}"""));
    }

    [Fact]
    public async Task Import_Repeated_AddsNothingTwice()
    {
        await using var site = await AccountSite.StartAsync();
        const string file = "Ina,ina@example.com,long enough 1,user\r\n";
        Assert.Equal(1, (await ImportAsync(site, file)).Answer.GetProperty("added").GetInt32());
        var (_, again) = await ImportAsync(site, file);
        Assert.Equal((0, 1), (again.GetProperty("added").GetInt32(), again.GetProperty("refused")[0].GetProperty("line").GetInt32()));
    }

    [Fact]
    public async Task Import_OfTooMuchOrNoText_ChangesNothing()
    {
        await using var site = await AccountSite.StartAsync();
        var line = "x,x@example.com,y,user\n";
        Assert.Equal(422, (await ImportAsync(site, "")).Status);
        Assert.Equal(422, (await ImportAsync(site, "Name,Email,Password,Role\n\n")).Status);
        Assert.Equal(422, (await ImportAsync(site, string.Concat(Enumerable.Repeat(line, ImportUsers.MaxLines + 1)))).Status);
        Assert.Equal(413, (await ImportAsync(site, new string('x', 1024 * 1024 + 1))).Status);
        using var latin = new ByteArrayContent([(byte)'J', 0xF6, (byte)'r', (byte)'g', (byte)',']);
        using var answer = await site.Admin.Bearer.PostAsync("/api/v1/users/import", latin);
        Assert.Equal(400, (int)answer.StatusCode);

        // As many as may be, with a line on top that is none of them; all of them bad, so that nothing is hashed.
        var (status, most) = await ImportAsync(site, "name, EMAIL ,Password,role\n" + string.Concat(Enumerable.Repeat(line, ImportUsers.MaxLines)));
        Assert.Equal((200, 0, ImportUsers.MaxLines), (status, most.GetProperty("added").GetInt32(), most.GetProperty("refused").GetArrayLength()));
    }

    [Fact]
    public async Task Import_WhileTooManySignIn_WaitsForItsTurn()
    {
        await using var site = await AccountSite.StartAsync();
        var passwords = site.Get<PasswordHashes>();
        var crowd = Enumerable.Range(0, 17 * Environment.ProcessorCount).Select(_ => passwords.HashAsync("somebody else", default)).ToList();
        Assert.Null(await passwords.HashAsync("one too many", default));
        Assert.Equal(1, (await ImportAsync(site, "Ina,ina@example.com,long enough 1,user")).Answer.GetProperty("added").GetInt32());
        Assert.All(await Task.WhenAll(crowd), Assert.NotNull);
    }

    private static async Task<(int Status, JsonElement Answer)> ImportAsync(AccountSite site, string csv, bool bom = false)
    {
        using var content = new ByteArrayContent([.. bom ? Encoding.UTF8.Preamble : [], .. Encoding.UTF8.GetBytes(csv)]);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        using var answer = await site.Admin.Bearer.PostAsync("/api/v1/users/import", content);
        return ((int)answer.StatusCode, await answer.JsonAsync());
    }
}
