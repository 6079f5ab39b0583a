using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OpenWebUi.Tests.Survival;

/// <summary>A real nginx on a free port of 127.0.0.1 that hands requests to the servers in turn, without buffering. Its files are in a folder of its own.</summary>
internal sealed class NginxServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private NginxServer(Process process, string folder, Uri address) => (_process, _folder, Address) = (process, folder, address);

    public Uri Address { get; }

    /// <param name="servers">In the order in which they get requests. An answer's <c>X-Upstream</c> says whose it is.</param>
    public static async Task<NginxServer> StartAsync(IEnumerable<Uri> servers)
    {
        var program = new[] { "/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx" }.FirstOrDefault(File.Exists);
        Assert.True(program is not null, "nginx is not installed: run tests/run, or install the package nginx-light.");
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "openwebui-tests", "nginx-" + Guid.NewGuid().ToString("N"))).FullName;
        var port = FreePort();
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), Configuration(folder, port, servers));
        var start = new ProcessStartInfo(program, ["-p", folder, "-e", Path.Combine(folder, "error.log"), "-c", Path.Combine(folder, "nginx.conf")])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        var server = new NginxServer(Process.Start(start)!, folder, new Uri($"http://127.0.0.1:{port}/"));
        server._process.ErrorDataReceived += (_, _) => { };
        server._process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += server.OnTestsEnd;
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return server;
            }
            catch (SocketException) when (tries < 400 && !server._process.HasExited)
            {
                await Task.Delay(25);
            }
            catch (SocketException e)
            {
                var log = await File.ReadAllTextAsync(Path.Combine(folder, "error.log"));
                await server.DisposeAsync();
                throw new InvalidOperationException("nginx did not start:\n" + log, e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnTestsEnd;
        End();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void OnTestsEnd(object? sender, EventArgs e) => End();

    private void End()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    private static string Configuration(string folder, int port, IEnumerable<Uri> servers) => $$"""
        daemon off;
        pid {{folder}}/nginx.pid;
        worker_processes 1;
        events { worker_connections 1024; }
        http {
          access_log off;
          client_body_temp_path {{folder}}/body;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;
          upstream site { {{string.Concat(servers.Select(s => $"server {s.Authority}; "))}} }
          server {
            listen 127.0.0.1:{{port}};
            client_max_body_size 0;
            location / {
              proxy_pass http://site;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_set_header Host $http_host;
              proxy_set_header X-Forwarded-For $remote_addr;
              proxy_set_header X-Forwarded-Proto $scheme;
              proxy_buffering off;
              proxy_read_timeout 1h;
              send_timeout 1h;
              add_header X-Upstream $upstream_addr always;
            }
          }
        }
        """;

    /// <summary>Below the range from which the system takes ports for outgoing connections: nobody gets it between this look and nginx's start by chance.</summary>
    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 30_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: try another.
            }
        }
    }
}
