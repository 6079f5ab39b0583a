using OpenWebUi.FunctionsHostDouble;

namespace OpenWebUi.Tests.Infra;

/// <summary>A real nginx without TLS that hands requests to several servers in turn, without buffering.</summary>
internal sealed class NginxServer : IAsyncDisposable
{
    private readonly FrontServer _server;

    private NginxServer(FrontServer server, Uri address) => (_server, Address) = (server, address);

    public Uri Address { get; }

    /// <param name="servers">In the order in which they get requests. An answer's <c>X-Upstream</c> says whose it is.</param>
    public static async Task<NginxServer> StartAsync(IEnumerable<Uri> servers)
    {
        var folder = FrontServer.NewFolder("nginx");
        var port = FreePort.Find();
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), Around(folder, $$"""
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
            """));
        return new(await FrontServer.StartNginxAsync(folder, port), new Uri($"http://127.0.0.1:{port}/"));
    }

    /// <summary>What stands around a site in the distribution's nginx.conf, with everything that is written in the folder.</summary>
    public static string Around(string folder, string site) => $$"""
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
        {{site}}
        }
        """;

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
