namespace OpenWebUi;

/// <content>The rows. Long lines: a row of a Markdown table is one.</content>
internal static partial class VariableTable
{
    private static readonly VariableRow[] Access =
    [
        new("`WEBUI_AUTH`", "by the others", "`true`: people have accounts; `false`: nobody has. Modes, and everything about signing in: [sign-in.md](sign-in.md)"),
        new("`CODE`", "none", "access codes, commas between them"),
        new("`ADMIN_CODE`", "none", "with `CODE` and without accounts: codes that open the administrator's pages too"),
        new("`HIDE_USER_API_KEY`", "`false`", "callers may not bring their own provider key"),
        new("`WEBUI_URL`", "none", "public address; in open mode the site answers only to it, to loopback names and to the platform's name"),
        new("`WEBUI_SECRET_KEY` (`WEBUI_JWT_SECRET_KEY`)", "generated, kept in the store", "signs sessions and passes; at least 16 characters"),
        new("`WEBUI_SECRET_KEY_PREVIOUS`", "none", "secrets that sign nothing new and still count; semicolons between them"),
        new("`CORS_ALLOW_ORIGIN`", "relay and `/api/models`: any origin in code mode, none in open mode; the rest: none", "origins with semicolons, or `*`; never with credentials. `*` opens the relay, not stored chats: for those an origin must be named"),
        new("`FORWARDED_ALLOW_IPS`", "none", "proxies whose `X-Forwarded-*` headers are believed: addresses, networks, or `*`"),
        new("`HOST`, `PORT`", "`localhost`, `7071`", "where it listens; `0.0.0.0` for every address"),
        new("`FRONTEND_BUILD_DIR`", "`wwwroot` beside the program", "another build of the page"),
    ];

    private static readonly VariableRow[] Providers =
    [
        new("`OPENAI_API_BASE_URLS` / `OPENAI_API_BASE_URL` = `BASE_URL`", "OpenAI's when a key is set", "semicolons or a JSON array. An empty path means `/v1`; any other is used as it stands"),
        new("`OPENAI_API_KEYS` / `OPENAI_API_KEY`", "none", "paired with the URLs by position. Several with commas in `OPENAI_API_KEY`: one at random for each call"),
        new("`AZURE_URL`, `AZURE_API_KEY`, `AZURE_API_VERSION`", "none, none, `2024-10-21`", "an Azure OpenAI resource; without a key the identity of this site asks (role Cognitive Services OpenAI User; `AZURE_CLIENT_ID` names a user-assigned one). Version `v1`: the route without versions. Which models: `CUSTOM_MODELS=gpt-4o@Azure=deployment`"),
        new("`AZURE_CLIENT_ID`", "the system's identity", "which managed identity asks Azure OpenAI"),
        new("`ANTHROPIC_API_KEY`, `ANTHROPIC_URL`, `ANTHROPIC_API_VERSION`", "none, Anthropic's, `2023-06-01`", "a connection to Anthropic"),
        new("`OPENAI_ORG_ID`", "none", "sent as `OpenAI-Organization`"),
        new("`OLLAMA_BASE_URLS` / `OLLAMA_BASE_URL`", "on a laptop, one on port 11434 is found", "semicolons or a JSON array"),
        new("`OPENAI_API_CONFIGS`, `OLLAMA_API_CONFIGS`", "none", "more about single connections: a JSON object with an object each, under the place in the list of URLs (`\"0\"`) or under the URL: `enable`, `model_ids`, `prefix_id`, `tags`, `connection_type` (`local`, `external`), `auth_type` (`bearer`, `none`, `microsoft_entra_id`), `headers`, `azure`, `api_version`, `key`"),
        new("`ENABLE_OPENAI_API`, `ENABLE_OLLAMA_API`", "`true`, or what an administrator says", "`false` leaves those connections out and asks nobody of that kind (the first is for everything but Ollama); set, an administrator cannot change it"),
        new("`ENABLE_GUIDE_MODEL`", "while nothing else answers", "`true` always, `false` never"),
        new("`AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT`", "`600`", "seconds without a byte after which a call is given up; there is no total timeout"),
        new("`HTTP_PROXY` (`http_proxy`), `HTTPS_PROXY` (`https_proxy`), `ALL_PROXY` (`all_proxy`), `NO_PROXY` (`no_proxy`)", "none", "for calls to providers, also of sign-in, and for the question for newer versions; loopback is always direct"),
    ];

    private static readonly VariableRow[] Models =
    [
        new("`MODELS_CACHE_TTL`", "`30`", "seconds after which a provider is asked for its models again, behind whoever looks; `0`: with every look, one request at a time. Empty is the default. A provider that is down is asked after 5, 10, 20, 30 s, whatever is set"),
        new("`CUSTOM_MODELS`", "none", "which models there are: see below"),
        new("`DISABLE_GPT4`", "`false`", "gpt-4, chatgpt-4o, o1 and o3 models are off on every surface, but for gpt-4o-mini; counts over `CUSTOM_MODELS`"),
        new("`VISION_MODELS`", "none", "models that take pictures, commas between them, where neither provider nor name says so"),
        new("`BYPASS_MODEL_ACCESS_CONTROL`", "`false`", "everybody sees every active model, whatever groups it is for"),
        new("`BYPASS_ADMIN_ACCESS_CONTROL`", "`true`", "administrators do; `false`: groups and accounts count for them too (they go on seeing all of it where they administer it)"),
        new("`ENABLE_CUSTOM_MODEL_FALLBACK`", "`false`", "for a model that is not there, or not for the caller, the first of `DEFAULT_MODELS` that is answers; also for a name that no provider lists"),
    ];

    private static readonly VariableRow[] Store =
    [
        new("`DATA_DIR`", "`./data`", "the SQLite file and the blobs, where no other store is chosen; with PostgreSQL the blobs"),
        new("`DATABASE_URL`", "none", "`postgresql://<user>:<password>@<host>:<port>/<database>`, with `?sslmode=verify-full` and the like behind it: see [below](#postgresql); or `sqlite:///<path>` (four slashes before an absolute one)"),
        new("`DATABASE_TYPE`", "none", "`postgresql`, of the database that the next five name; or `sqlite`. `DATABASE_URL` comes before it"),
        new("`DATABASE_USER`, `DATABASE_PASSWORD`, `DATABASE_HOST`, `DATABASE_PORT`, `DATABASE_NAME`", "none, none, none, `5432`, none", "for `DATABASE_TYPE=postgresql`; as they are, nothing percent-encoded"),
        new("`DATABASE_POOL_SIZE`, `DATABASE_POOL_MAX_OVERFLOW`", "`10`, `0`", "the most PostgreSQL connections of an instance, and how many more while many call at once. `0` keeps none open, for a pooler in between"),
        new("`DATABASE_POOL_TIMEOUT`, `DATABASE_POOL_RECYCLE`", "`30`, `3600`", "seconds that a call waits for a connection when all are in use; and the age at which one is replaced, `0` for never"),
        new("`STORAGE_PROVIDER`", "under the Functions host the account of `AzureWebJobsStorage`, else `local`", "`azure`: tables and blobs of that account, on a laptop too; `local`: SQLite and files; `s3`: blobs in a bucket, rows where they would be without it. With PostgreSQL: where the blobs are"),
        new("`S3_BUCKET_NAME`, `S3_ACCESS_KEY_ID`, `S3_SECRET_ACCESS_KEY`", "none", "with `STORAGE_PROVIDER=s3`: a bucket that is there, and an access key that may read, write, delete and list in it"),
        new("`S3_ENDPOINT_URL`", "Amazon's", "address of another service that speaks like S3, without the bucket"),
        new("`S3_REGION_NAME`", "`us-east-1`", "the bucket's region; stands in every signature"),
        new("`S3_KEY_PREFIX`", "`openwebui`", "what all keys begin with, a slash after it: what lies elsewhere in the bucket is never touched"),
        new("`S3_ADDRESSING_STYLE`", "`auto`", "`path`: the bucket in the path; `virtual`: as a host; `auto`: as a host at Amazon, in the path at `S3_ENDPOINT_URL` and where the name can be no host"),
        new("`S3_USE_ACCELERATE_ENDPOINT`", "`false`", "`true`: through Amazon's accelerate endpoint, which must be switched on for the bucket"),
        new("`AzureWebJobsStorage`", "none", "connection string of a storage account with its key; `UseDevelopmentStorage=true` is Azurite on this machine"),
        new("`AzureWebJobsStorage__accountName`, `AzureWebJobsStorage__tableServiceUri`, `AzureWebJobsStorage__blobServiceUri`", "none", "the account by an Entra identity instead of a key: the managed identity in Azure, the developer's own elsewhere. It needs the roles Storage Table Data Contributor and Storage Blob Data Contributor. In `local.settings.json` also with `:` for `__`"),
        new("`AzureWebJobsStorage__credential`, `AzureWebJobsStorage__clientId`, `AzureWebJobsStorage__managedIdentityResourceId`", "none", "`managedidentity`, and which one where it is not the system's: by client id or by resource id"),
        new("`AzureSignalRConnectionString`", "none", "connection string of an Azure SignalR Service in serverless mode, with its key: a person's other browsers hear of changes at once. Without one they see them when somebody comes back to them"),
        new("`AzureSignalRConnectionString__serviceUri`, `AzureSignalRConnectionString__credential`, `AzureSignalRConnectionString__clientId`, `AzureSignalRConnectionString__managedIdentityResourceId`", "none", "the service by an Entra identity instead of a key: its address, `managedidentity`, and which one where it is not the system's. It needs the role SignalR REST API Owner"),
    ];

    private static readonly VariableRow[] Answers =
    [
        new("`CHAT_CONTEXT_TOKENS`", "`32000`", "how much of a chat goes to the model, from the newest message back, in estimated tokens (four ASCII letters, or one other character); a system prompt and the newest message always go"),
        new("`CHAT_DETACHED_TIMEOUT`", "`300`", "seconds for which an answer goes on while nobody listens"),
        new("`CHAT_RUNNING_LIMIT`", "`16`", "answers of one guest or user that run at once, on each instance; one more is `429`. `0`: any number"),
        new("`CHAT_ANSWER_LEASE`", "`30`", "seconds after which an answer counts as interrupted when nothing was heard of the instance that writes it"),
        new("`RAG_FILE_MAX_SIZE`, `RAG_FILE_MAX_COUNT`", "`10`, `20`", "megabytes of an attached picture (a text has at most 2), and files of one message; both are also the most"),
        new("`FILE_IMAGE_COMPRESSION_WIDTH`, `FILE_IMAGE_COMPRESSION_HEIGHT`", "`2048`, `2048`", "pixels: larger photos are made smaller in the browser before they are sent"),
        new("`ENABLE_FOLDERS`", "`true`", "`false`: nobody sees folders, their chats are on the ordinary list, their system prompts rest; all is there again when it is on"),
        new("`TASK_MODEL` (`TASK_MODEL_EXTERNAL`)", "the chat's model", "writes titles"),
        new("`ENABLE_TITLE_GENERATION`", "`true`", "`false`: a chat keeps its first words as its title"),
        new("`TITLE_GENERATION_PROMPT_TEMPLATE`", "ours", "with `{{MESSAGES}}`, `{{MESSAGES:END:2}}`, `{{prompt}}`"),
    ];

    private static readonly VariableRow[] Site =
    [
        new("`ENABLE_ADMIN_EXPORT`", "`true`", "`false`: administrators cannot download a backup of everything in the page; the verb `backup` works either way ([backup.md](backup.md))"),
        new("`ENABLE_VERSION_UPDATE_CHECK`, `VERSION_UPDATE_REPOSITORY`", "`false`, none", "`true` and the repository on GitHub that this deployment comes from, `owner/name`: an administrator's page asks it for its latest release, at most every 12 hours, and says so when that is newer. Without both nobody is asked"),
    ];

    private static readonly VariableRow[] Administrator =
    [
        new("`WEBUI_NAME`", "`OpenWebUi`", "name on the page; 1 to 60 characters"),
        new("`DEFAULT_LOCALE`", "the browser's", "language of the page on a first visit"),
        new("`DEFAULT_MODEL`, or else `DEFAULT_MODELS`", "the first listed", "models with commas between them; the first is chosen in a new chat. `name@provider` (NextChat) is `name`"),
        new("`DEFAULT_PINNED_MODELS`", "none", "models with commas between them, for clients that pin some"),
        new("`MODEL_ORDER_LIST`", "none", "models that come first in `/api/models`, in this order; a JSON array, or semicolons"),
        new("`DEFAULT_PROMPT_SUGGESTIONS`", "none", "JSON: `[{\"title\":[\"Help me\",\"study\"],\"content\":\"...\"}]`"),
        new("`WEBUI_BANNERS`", "none", "JSON: `[{\"id\":\"1\",\"type\":\"info\",\"title\":\"\",\"content\":\"...\",\"dismissible\":true,\"timestamp\":0}]`; `type` is `info`, `success`, `warning` or `error`; at most 20"),
        new("`ENABLE_SIGNUP`", "`true`", "strangers may make an account"),
        new("`ENABLE_LOGIN_FORM`", "`true`", "sign-in by e-mail and password is offered"),
        new("`DEFAULT_USER_ROLE`", "`pending`", "what a new account is: `pending`, `user` or `admin`"),
        new("`DEFAULT_GROUP_ID`", "none", "the group of a new account"),
        new("`JWT_EXPIRES_IN`", "`4w`", "how long a session lasts: numbers with the units `ms`, `s`, `m`, `h`, `d`, `w`, which add up (`1h30m`), from 1 s to 10 years; `-1` or `0`: for ever"),
        new("`ENABLE_API_KEYS` (`ENABLE_API_KEY`)", "`false`", "personal API keys work"),
        new("`ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS` (`ENABLE_API_KEY_ENDPOINT_RESTRICTIONS`)", "`false`", "they reach the paths of the next one only"),
        new("`API_KEYS_ALLOWED_ENDPOINTS` (`API_KEY_ALLOWED_ENDPOINTS`)", "none", "paths that begin with a slash, commas between them"),
        new("`SHOW_ADMIN_DETAILS`", "`true`", "an account that waits is told whom to ask"),
        new("`ADMIN_EMAIL`", "the first admin's", "whom to ask"),
        new("`PENDING_USER_OVERLAY_TITLE`, `PENDING_USER_OVERLAY_CONTENT`", "the page's own", "what an account that waits reads"),
    ];

    private static readonly VariableRow[] SignIn =
    [
        new("`WEBUI_ADMIN_EMAIL`, `WEBUI_ADMIN_PASSWORD`, `WEBUI_ADMIN_NAME`", "none, none, `Admin`", "the first account, made when somebody first calls"),
        new("`ENABLE_INITIAL_ADMIN_SIGNUP`", "`true`", "the first account may sign up although `ENABLE_SIGNUP` is `false`"),
        new("`ENABLE_PASSWORD_VALIDATION`", "`false`", "passwords must match `PASSWORD_VALIDATION_REGEX_PATTERN` instead of having 8 to 256 characters"),
        new("`PASSWORD_VALIDATION_REGEX_PATTERN`, `PASSWORD_VALIDATION_HINT`", "ours", "the rule (8 or more with lower, upper, digit and symbol), and what it says in words"),
        new("`WEBUI_SESSION_COOKIE_SAME_SITE` (`WEBUI_AUTH_COOKIE_SAME_SITE`)", "`lax`", "`lax`, `strict` or `none`"),
        new("`WEBUI_SESSION_COOKIE_SECURE` (`WEBUI_AUTH_COOKIE_SECURE`)", "by the request", "whether the session cookie goes over https only"),
        new("`WEBUI_AUTH_SIGNOUT_REDIRECT_URL`", "the sign-in", "where a browser goes after a sign-out"),
        new("`WEBUI_AUTH_TRUSTED_EMAIL_HEADER`, `WEBUI_AUTH_TRUSTED_NAME_HEADER`, `WEBUI_AUTH_TRUSTED_GROUPS_HEADER`", "none", "headers in which a proxy of `FORWARDED_ALLOW_IPS` says who calls: e-mail, name (percent-encoded), groups (commas)"),
        new("`GOOGLE_CLIENT_ID`, `GOOGLE_CLIENT_SECRET`, `GOOGLE_OAUTH_SCOPE`, `GOOGLE_REDIRECT_URI`", "none, none, `openid email profile`, `<site>/oauth/google/login/callback`", "sign-in with Google"),
        new("`MICROSOFT_CLIENT_ID`, `MICROSOFT_CLIENT_SECRET`, `MICROSOFT_OAUTH_SCOPE`, `MICROSOFT_REDIRECT_URI`", "none, none, `openid email profile`, `<site>/oauth/microsoft/login/callback`", "sign-in with Microsoft"),
        new("`MICROSOFT_CLIENT_TENANT_ID` (`MICROSOFT_TENANT_ID`)", "none", "the id or domain of the directory there; needed"),
        new("`GITHUB_CLIENT_ID`, `GITHUB_CLIENT_SECRET`, `GITHUB_CLIENT_SCOPE`, `GITHUB_CLIENT_REDIRECT_URI`", "none, none, `user:email`, `<site>/oauth/github/login/callback`", "sign-in with GitHub"),
        new("`OAUTH_CLIENT_ID`, `OAUTH_CLIENT_SECRET`, `OPENID_PROVIDER_URL`", "none", "sign-in with any OpenID Connect issuer: the issuer, or its discovery document"),
        new("`OAUTH_PROVIDER_NAME`, `OAUTH_SCOPES`, `OPENID_REDIRECT_URI`", "`SSO`, `openid email profile`, `<site>/oauth/oidc/login/callback`", "its name on the button, what is asked for, where it sends people back to"),
        new("`OAUTH_TOKEN_ENDPOINT_AUTH_METHOD`", "`client_secret_basic`", "`client_secret_basic`, `client_secret_post` or `none` (a public client)"),
        new("`OAUTH_CODE_CHALLENGE_METHOD`", "always on", "`S256`: PKCE is always used; named without a secret, the client is a public one"),
        new("`OAUTH_PROVIDERS`", "none", "several issuers: JSON, see [sign-in.md](sign-in.md)"),
        new("`ENABLE_OAUTH_SIGNUP`", "`false`", "people without an account get one"),
        new("`OAUTH_MERGE_ACCOUNTS_BY_EMAIL`", "`false`", "an account with the same verified address is theirs"),
        new("`OAUTH_ALLOWED_DOMAINS`", "`*`", "domains of verified addresses, commas between them"),
        new("`ENABLE_OAUTH_ROLE_MANAGEMENT`, `OAUTH_ROLES_CLAIM`, `OAUTH_ALLOWED_ROLES`, `OAUTH_ADMIN_ROLES`", "`false`, `roles`, `user,admin`, `admin`", "the provider's roles decide at each sign-in"),
        new("`ENABLE_OAUTH_GROUP_MANAGEMENT`, `ENABLE_OAUTH_GROUP_CREATION`, `OAUTH_GROUPS_CLAIM`, `OAUTH_BLOCKED_GROUPS`", "`false`, `false`, `groups`, none", "groups become the provider's; those that are not here yet are made; those that mean nothing here, commas between them"),
        new("`OAUTH_USERNAME_CLAIM`, `OAUTH_EMAIL_CLAIM`, `OAUTH_PICTURE_CLAIM`, `OAUTH_SUB_CLAIM`", "`name`, `email`, `picture`, the issuer's `sub`", "which claim is what"),
    ];

    private static readonly VariableRow[] Ldap =
    [
        new("`ENABLE_LDAP`", "`false`", "people sign in with a directory; without it none of the others is looked at"),
        new("`LDAP_SERVER_LABEL`", "`LDAP Server`", "what the page calls it"),
        new("`LDAP_SERVER_HOST`, `LDAP_SERVER_PORT`", "`localhost`, `389`", "389: StartTLS; 636: TLS from the first byte. `ldaps://` before the host asks for that on any port"),
        new("`LDAP_USE_TLS`, `LDAP_VALIDATE_CERT`", "`true`, `true`", "`false` sends passwords in clear; `false` takes any certificate"),
        new("`LDAP_CA_CERT_FILE`", "the system's", "PEM file: who signed the directory's certificate"),
        new("`LDAP_APP_DN`, `LDAP_APP_PASSWORD`", "nobody", "who searches"),
        new("`LDAP_SEARCH_BASE`", "none", "people are below it; needed"),
        new("`LDAP_SEARCH_FILTER` (`LDAP_SEARCH_FILTERS`)", "none", "what else a person's entry must match"),
        new("`LDAP_ATTRIBUTE_FOR_USERNAME`, `LDAP_ATTRIBUTE_FOR_MAIL`, `LDAP_ATTRIBUTE_FOR_GROUPS`", "`uid`, `mail`, `memberOf`", "where an entry holds them"),
        new("`ENABLE_LDAP_GROUP_MANAGEMENT`, `ENABLE_LDAP_GROUP_CREATION`", "`false`, `false`", "groups become the directory's; those that are not here yet are made"),
    ];

    private static readonly VariableRow[] Platform =
    [
        new("`FUNCTIONS_CUSTOMHANDLER_PORT`", "none", "set by the Functions host: this is its custom handler, on that port"),
        new("`WEBSITE_SITE_NAME`, `WEBSITE_INSTANCE_ID`, `WEBSITE_HOSTNAME`", "none", "set by Azure: the disk does not last there, and the name under which the site is known"),
        new("`WEBSITE_AUTH_ENABLED`", "none", "set by Azure where App Service Authentication is on: people are who it says"),
        new("`DOTNET_RUNNING_IN_CONTAINER`", "none", "set by images: the doctor of connections explains what `localhost` means there"),
        new("`DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT`", "one for each processor", ".NET's: threads that hear of the network"),
    ];
}
