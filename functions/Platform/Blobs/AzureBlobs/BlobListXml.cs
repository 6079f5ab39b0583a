using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace OpenWebUi.Platform.Blobs.AzureBlobs;

/// <summary>Reads a page of List Blobs and writes the list of blocks: the two places where the Blob service speaks XML.</summary>
/// <remarks>"List Blobs" and "Put Block List" (learn.microsoft.com, read 2026-11). Names that are no paths of ours are passed over.</remarks>
internal static class BlobListXml
{
    /// <exception cref="FormatException">The page is none.</exception>
    public static BlobPage Read(Stream body)
    {
        try
        {
            var root = XDocument.Load(body).Root;
            var blobs = new List<BlobEntry>();
            foreach (var blob in Part(root, "Blobs").Elements("Blob"))
            {
                if (BlobPath.TryParse(Part(blob, "Name").Value, out var path))
                {
                    var properties = Part(blob, "Properties");
                    blobs.Add(new BlobEntry(
                        path,
                        long.Parse(Part(properties, "Content-Length").Value, NumberStyles.None, CultureInfo.InvariantCulture),
                        DateTimeOffset.ParseExact(Part(properties, "Last-Modified").Value, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)));
                }
            }

            return new BlobPage(blobs, root?.Element("NextMarker")?.Value is { Length: > 0 } marker ? marker : null);
        }
        catch (Exception exception) when (exception is XmlException or OverflowException)
        {
            throw new FormatException("it is no list of blobs", exception);
        }
    }

    /// <summary>"Latest": a try that comes after one that was done finds the blocks again, in the blob itself.</summary>
    public static string WriteBlocks(IEnumerable<string> ids) =>
        $"<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{string.Concat(ids.Select(id => $"<Latest>{id}</Latest>"))}</BlockList>";

    private static XElement Part(XElement? parent, string name) =>
        parent?.Element(name) ?? throw new FormatException($"a list of blobs without {name}");
}
