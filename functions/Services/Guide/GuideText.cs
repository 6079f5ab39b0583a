using System.Text;

namespace OpenWebUi.Services.Guide;

/// <summary>What the guide says: an honest opening and the sections that the question names, or all of them. English, or Chinese for a question in Chinese.</summary>
internal static class GuideText
{
    private sealed record Section(string[] Words, string English, string Chinese);

    private const string EnglishOpening =
        "I am the **guide**, built into this site. I am not a language model: I only explain how to connect one. " +
        "As soon as a provider is configured I step aside.\n\n";

    private const string ChineseOpening =
        "我是本站内置的**向导**，不是语言模型，只负责说明如何连接一个模型。配置好任意一个服务商之后，我就会让位。\n\n";

    private static readonly Section[] Sections =
    [
        new(["page", "administrat", "openai", "api key", "deepseek", "openrouter", "provider", "ollama", "connect", "页面", "管理员", "密钥", "连接"],
            """
            ### In the page

            An administrator opens **Administration** at the foot of the list of chats, then **Connections**, **Add connection**: the vendor, its key, and a test that says what is wrong, step by step. Nothing has to be restarted.

            Variables do the same for whoever configures the server. What they set is locked in the page.


            """,
            """
            ### 在页面上

            管理员打开对话列表底部的**管理**，进入**连接**，点**添加连接**：选择服务商，填入密钥，并可逐步测试，看到问题出在哪里。无需重启。

            配置服务器的人也可以用环境变量做同样的设置；由变量设置的内容在页面上会被锁定。


            """),
        new(["openai", "api key", "deepseek", "openrouter", "provider", "connect", "连接", "密钥"],
            """
            ### OpenAI, or any service that speaks its API

            Set these variables (in the environment, in `.env`, or in the app settings in Azure) and restart:

            ```sh
            OPENAI_API_KEY=sk-...
            # another provider: its base URL. Without a path, /v1 is meant.
            OPENAI_API_BASE_URL=https://api.deepseek.com/v1
            ```

            Several at once: `OPENAI_API_BASE_URLS` and `OPENAI_API_KEYS`, with semicolons between the entries.


            """,
            """
            ### OpenAI，或任何兼容其接口的服务

            设置下面的变量（环境变量、`.env` 文件，或 Azure 的应用设置），然后重启：

            ```sh
            OPENAI_API_KEY=sk-...
            # 其他服务商：填它的基础地址；没有路径时默认为 /v1
            OPENAI_API_BASE_URL=https://api.deepseek.com/v1
            ```

            多个服务商：`OPENAI_API_BASE_URLS` 与 `OPENAI_API_KEYS`，用分号隔开。


            """),
        new(["azure openai", "azure", "connect", "连接"],
            """
            ### Azure OpenAI

            Its v1 endpoint speaks the same API:

            ```sh
            OPENAI_API_BASE_URL=https://<resource>.openai.azure.com/openai/v1
            OPENAI_API_KEY=<key>
            ```


            """,
            """
            ### Azure OpenAI

            它的 v1 端点使用同样的接口：

            ```sh
            OPENAI_API_BASE_URL=https://<资源名>.openai.azure.com/openai/v1
            OPENAI_API_KEY=<该资源的密钥>
            ```


            """),
        new(["ollama", "local", "connect", "本地", "连接"],
            """
            ### Ollama

            On this machine there is nothing to set: run `ollama pull llama3.2`, and it appears in the model list within half a minute. Elsewhere:

            ```sh
            OLLAMA_BASE_URL=http://192.168.1.20:11434
            ```


            """,
            """
            ### Ollama

            在本机无需任何设置：运行 `ollama pull llama3.2`，半分钟内它就会出现在模型列表里。在其他机器上：

            ```sh
            OLLAMA_BASE_URL=http://192.168.1.20:11434
            ```


            """),
        new(["vllm", "llama.cpp", "lm studio", "local", "connect", "本地", "连接"],
            """
            ### vLLM, llama.cpp, LM Studio

            They speak the OpenAI API too. Leave the key out if the server asks for none:

            ```sh
            OPENAI_API_BASE_URL=http://localhost:8000/v1
            ```


            """,
            """
            ### vLLM、llama.cpp、LM Studio

            它们同样使用 OpenAI 接口。服务器不要求密钥时可以不填：

            ```sh
            OPENAI_API_BASE_URL=http://localhost:8000/v1
            ```


            """),
        new(["code", "account", "sign", "password", "protect", "share", "访问码", "账号", "登录", "密码", "保护"],
            """
            ### Accounts, or an access code

            With nothing set people have accounts: the first to sign up is the administrator and lets the others in. To ask for a code before the sign-up:

            ```sh
            WEBUI_AUTH=true
            CODE=first-code,second-code
            ```

            `CODE` alone asks for a code instead of accounts. Use long ones. SDKs send it as their key, with `nk-` in front: `nk-first-code`. `WEBUI_AUTH=false` alone asks nobody for anything.


            """,
            """
            ### 账号，或访问码

            什么都不设置时使用账号：第一个注册的人是管理员，由其批准其他人。若要在注册前要求访问码：

            ```sh
            WEBUI_AUTH=true
            CODE=第一个访问码,第二个访问码
            ```

            只设置 `CODE` 时用访问码代替账号。请使用较长的访问码。SDK 把它当作密钥发送，前面加上 `nk-`。只设置 `WEBUI_AUTH=false` 时不要求任何验证。


            """),
        new(["deploy", "publish", "host", "部署", "发布"],
            """
            ### Deploying

            ```sh
            dotnet publish functions -c Release
            ```

            The folder that it names holds one executable, the page and `host.json`: a custom handler for Azure Functions, for the Flex Consumption plan with runtime `custom`. The executable also runs by itself on any Linux machine: set `HOST=0.0.0.0`, and `WEBUI_URL` to its public address.


            """,
            """
            ### 部署

            ```sh
            dotnet publish functions -c Release
            ```

            输出的文件夹包含一个可执行文件、网页和 `host.json`：它是 Azure Functions 的自定义处理程序，适用于 Flex Consumption 计划（运行时 `custom`）。该可执行文件也能在任何 Linux 机器上独立运行：设置 `HOST=0.0.0.0`，并把 `WEBUI_URL` 设为公开地址。


            """),
    ];

    public static string For(string question)
    {
        var isChinese = question.Any(c => c is >= '\u4E00' and <= '\u9FFF');
        var named = Sections.Where(section => section.Words.Any(word => word is not ("connect" or "连接") && question.Contains(word, StringComparison.OrdinalIgnoreCase))).ToList();
        if (named.Count == 0)
        {
            named = Sections.Where(section => section.Words.Any(word => question.Contains(word, StringComparison.OrdinalIgnoreCase))).ToList();
        }

        var text = new StringBuilder(isChinese ? ChineseOpening : EnglishOpening);
        foreach (var section in named.Count == 0 ? [.. Sections] : named)
        {
            text.Append(isChinese ? section.Chinese : section.English);
        }

        return text.ToString().ReplaceLineEndings("\n").TrimEnd();
    }
}
