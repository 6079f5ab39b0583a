using Microsoft.Playwright;

namespace OpenWebUi.Tests.Browser;

/// <summary>What a browser keeps of the site for a visit without it.</summary>
internal static class KeptByBrowser
{
    /// <summary>Whether the service worker answers for the page, and has these files and all others that the page has fetched.</summary>
    public static async Task<bool> HasAsync(IPage page, params string[] files)
    {
        if (!await page.EvaluateAsync<bool>("() => navigator.serviceWorker.controller !== null"))
        {
            return false;
        }

        var kept = await FilesAsync(page);
        var fetched = await page.EvaluateAsync<string[]>(
            "() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname).filter((path) => path.startsWith('/assets/'))");
        return files.Concat(fetched).All(file => kept.Contains(file, StringComparison.Ordinal));
    }

    /// <summary>The paths in the service worker's caches.</summary>
    public static Task<string> FilesAsync(IPage page) => page.EvaluateAsync<string>("""
        async () => {
          const urls = [];
          for (const name of await caches.keys())
            for (const request of await (await caches.open(name)).keys()) urls.push(new URL(request.url).pathname);
          return urls.join(' ');
        }
        """);

    /// <summary>All that this browser keeps, as one text.</summary>
    public static Task<string> ValuesAsync(IPage page) => page.EvaluateAsync<string>("""
        () => new Promise((resolve) => {
          const opening = indexedDB.open('kept', 1);
          opening.onupgradeneeded = () => opening.result.createObjectStore('values');
          opening.onsuccess = () => {
            const reading = opening.result.transaction('values').objectStore('values').getAll();
            reading.onsuccess = () => { opening.result.close(); resolve(JSON.stringify(reading.result)); };
          };
        })
        """);
}
