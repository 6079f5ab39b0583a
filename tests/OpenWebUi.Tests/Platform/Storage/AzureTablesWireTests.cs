using System.Text;
using System.Text.Json;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.AzureTables;

namespace OpenWebUi.Tests.Platform.Storage;

/// <summary>What the service sends and Azurite does not, from the pages of learn.microsoft.com; and the bytes that we send.</summary>
public sealed class AzureTablesWireTests
{
    private static readonly RowKey Key = new("table", "p", "r");

    [Fact]
    public void Read_EntityOfTheService_TypesAsItMeansThem()
    {
        var entity = Read("""
            {"odata.metadata":"https://a.table.core.windows.net/$metadata#t/@Element","odata.etag":"W/\"datetime'2026-11-21T01%3A02%3A03.1234567Z'\"",
             "PartitionKey":"p","RowKey":"r","Timestamp":"2026-11-21T01:02:03.1234567Z","Int32":7,"Whole":3.0,"Large":1E+20,"Small":5E-324,"No":null,
             "Id@odata.type":"Edm.Guid","Id":"c9da6455-213d-42c9-9a79-3e9149a57833","Time@odata.type":"Edm.DateTime","Time":"1601-01-01T00:00:00Z",
             "NaN@odata.type":"Edm.Double","NaN":"NaN","_write@odata.type":"Edm.Int64","_write":"-5"}
            """);

        Assert.Equal(Key, entity.Row.Key);
        Assert.Equal("W/\"datetime'2026-11-21T01%3A02%3A03.1234567Z'\"", entity.Row.ETag.Value);
        Assert.Equal(-5, entity.WriteId);
        Assert.Equal(
            new Dictionary<string, PropertyValue>
            {
                ["Int32"] = 7, ["Whole"] = 3.0, ["Large"] = 1e20, ["Small"] = double.Epsilon, ["Id"] = "c9da6455-213d-42c9-9a79-3e9149a57833",
                ["Time"] = RowLimits.MinTime, ["NaN"] = double.NaN,
            },
            entity.Row.Properties.ToDictionary());
    }

    [Theory]
    [InlineData("\"A@odata.type\":\"Edm.Unheard\",\"A\":\"x\"")]
    [InlineData("\"A@odata.type\":\"Edm.Int64\",\"A\":\"x\"")]
    [InlineData("\"A@odata.type\":\"Edm.Binary\",\"A\":\"!\"")]
    [InlineData("\"A\":{}")]
    public void Read_ValueThatIsNotOfItsType_Throws(string property) =>
        Assert.True(TableFailure.IsUnreadable(Assert.ThrowsAny<Exception>(() => Read($$"""{"PartitionKey":"p","RowKey":"r","odata.etag":"x",{{property}}}"""))));

    [Fact]
    public void Write_AnyText_IsAsciiAndNoLongerThanTheLimitsCount()
    {
        var properties = new RowProperties { ["A"] = "<&'+>\"\\\0\u007F ü語😀\uFFFF\u2028" };

        var body = EntityJson.Write(Key, properties, writeId: long.MinValue);

        Assert.DoesNotContain(body.Json.ToArray(), b => b is < 0x20 or > 0x7E);
        Assert.Contains("<&'+>", Encoding.ASCII.GetString(body.Json.Span), StringComparison.Ordinal);
        Assert.InRange(body.Json.Length, 1, RowLimits.OperationBytes(Key, properties));
        Assert.Equal(properties["A"], Read(Encoding.ASCII.GetString(body.Json.Span)[..^1] + ",\"odata.etag\":\"x\"}").Row.Properties["A"]);
    }

    [Fact]
    public void Batch_HundredRowsWithTheWorstKeysAndText_TakesNoMoreThanTheLimitsCount()
    {
        var key = new RowKey("t".PadRight(50, 't'), new string('\'', RowKey.MaxChars), new string('\'', RowKey.MaxChars - 3));
        var requests = new TableRequests(
            new StorageAccount("a", new Uri("https://aaaaaaaaaaaaaaaaaaaaaaaa.table.core.windows.net"), new Uri("https://a.blob.core.windows.net"), new StorageCredential.SharedKey([])),
            new AzureTablesOptions("openwebui"));
        var changes = Enumerable.Range(0, RowLimits.MaxBatchOperations).Select(n =>
        {
            var own = new RowKey(key.Table, key.Partition, key.Row + $"{n:D3}");
            var properties = new RowProperties { ["Text"] = new string('\u0001', 5_000) };
            return new EntityChange(own, new RowOperation.Put(own.Row, properties, PutCondition.IfMatch(new ETag("x"))), EntityJson.Write(own, properties, long.MinValue));
        }).ToArray();

        var body = EntityBatch.Write(changes, requests, Guid.NewGuid());

        Assert.InRange(body.Length, 1, changes.Sum(change => RowLimits.OperationBytes(change.Key, ((RowOperation.Put)change.Operation).Properties)));
    }

    [Fact]
    public void ReadBatch_AnswerOfTheService_TagsAndStatuses()
    {
        var parts = EntityBatch.Read(Encoding.ASCII.GetBytes("""
            --batchresponse_e69b1c6c-62ff-471e-ab88-9a4aeef0a880
            Content-Type: multipart/mixed; boundary=changesetresponse_a6253244-7e21-42a8-a149-479ee9e94a25

            --changesetresponse_a6253244-7e21-42a8-a149-479ee9e94a25
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            HTTP/1.1 204 No Content
            X-Content-Type-Options: nosniff
            Cache-Control: no-cache
            Preference-Applied: return-no-content
            DataServiceVersion: 3.0;
            Location: https://myaccount.table.core.windows.net/Blogs(PartitionKey='Channel_19',RowKey='3')
            ETag: W/"datetime'2026-10-30T20%3A46%3A30.3935547Z'"


            --changesetresponse_a6253244-7e21-42a8-a149-479ee9e94a25
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            HTTP/1.1 204 No Content
            X-Content-Type-Options: nosniff


            --changesetresponse_a6253244-7e21-42a8-a149-479ee9e94a25--
            --batchresponse_e69b1c6c-62ff-471e-ab88-9a4aeef0a880--
            """.ReplaceLineEndings("\r\n")));

        Assert.Equal([new PartAnswer(204, "W/\"datetime'2026-10-30T20%3A46%3A30.3935547Z'\"", null), new PartAnswer(204, null, null)], parts);
    }

    [Fact]
    public void ReadBatch_ErrorOfTheService_CodeAndIndex()
    {
        var part = Assert.Single(EntityBatch.Read(Encoding.ASCII.GetBytes("""
            --batchresponse_3e4ea2c6-0d2f-4d9b-b1a0-a0b1a0ef0a10
            Content-Type: multipart/mixed; boundary=changesetresponse_b8ca8d73

            --changesetresponse_b8ca8d73
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            HTTP/1.1 412 Precondition Failed
            X-Content-Type-Options: nosniff
            DataServiceVersion: 3.0;
            Content-Type: application/json;odata=minimalmetadata;streaming=true;charset=utf-8

            {"odata.error":{"code":"UpdateConditionNotSatisfied","message":{"lang":"en-US","value":"12:The update condition specified in the request was not satisfied.\nRequestId:1\nTime:2026"}}}
            --changesetresponse_b8ca8d73--
            --batchresponse_3e4ea2c6-0d2f-4d9b-b1a0-a0b1a0ef0a10--
            """.ReplaceLineEndings("\r\n"))));

        Assert.Equal((412, "UpdateConditionNotSatisfied", 12), (part.Status, part.Error!.Code, part.Error.Index));
    }

    private static Entity Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return EntityJson.Read("table", document.RootElement, etag: null);
    }
}
