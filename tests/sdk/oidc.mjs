// A real OpenID provider (npm oidc-provider) for the tests, on a free port of 127.0.0.1. It ends when the process that started
// it does: its standard input closes then. Prints one line: "listening <issuer>".
//
// Sign-in is one plain form: any of the people below, no password. Redirect URIs: any on loopback.
// POST /test/rotate                                  new keys, the old ones are gone
// POST /test/logout-uri?client=<id>&uri=<url>        where back-channel logout tokens go
// POST /test/forget                                  everybody's sessions there end, without a word
import { createServer } from "node:http";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import Provider from "oidc-provider";

process.stdin.on("end", () => process.exit(0)).on("error", () => process.exit(0)).resume();

const people = {
  alice: { name: "Alice Example", email: "alice@example.com", email_verified: true, picture: "https://example.com/alice.png", groups: ["staff", "chess"], roles: ["admin"], realm_access: { roles: ["editor", "user"] } },
  bob: { name: "Bob Example", email: "bob@example.com", email_verified: false, groups: ["staff"], roles: ["user"], realm_access: { roles: ["user"] } },
  carol: { name: "Carol Example", email: "carol@other.example", email_verified: true, groups: [], roles: [], realm_access: { roles: [] } },
  nobody: {},
};

const jwk = (kind, options, alg) => ({
  ...generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" }),
  alg, use: "sig", kid: randomBytes(6).toString("hex"),
});
const keys = () => ({ keys: [jwk("rsa", { modulusLength: 2048 }, "RS256"), jwk("ec", { namedCurve: "P-256" }, "ES256")] });
const cookieKeys = [randomBytes(16).toString("hex")];
const logoutUris = new Map();

const isLoopback = (uri) => {
  try {
    const url = new URL(uri);
    return url.protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname) && !url.hash;
  } catch {
    return false;
  }
};

const client = (client_id, alg, method) => ({
  client_id,
  ...(method === "none" ? {} : { client_secret: `${client_id}: a secret/with+signs%` }),
  token_endpoint_auth_method: method,
  id_token_signed_response_alg: alg,
  redirect_uris: ["http://127.0.0.1/callback", "https://chat.example.com/oauth/oidc/login/callback"],
  post_logout_redirect_uris: ["http://127.0.0.1/"],
  response_types: ["code"],
  grant_types: ["authorization_code"],
  backchannel_logout_uri: "http://127.0.0.1:9/none", // see logoutUris
  backchannel_logout_session_required: true,
});

const html = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const page = (uid, name) => `<!doctype html><html lang="en"><title>Sign in to the test provider</title>
<h1>Sign in to ${html(name)}</h1>
<form method="post" action="/interaction/${uid}"><label>Name <input name="login" autofocus required></label> <button name="act" value="allow">Sign in</button></form>
<form method="post" action="/interaction/${uid}"><button name="act" value="refuse">Refuse</button></form>`;

const readForm = async (request) => {
  let text = "";
  for await (const part of request) text += part;
  return new URLSearchParams(text);
};

function build(issuer, jwks, adapterOf) {
  const provider = new Provider(issuer, {
    clients: [client("rsa", "RS256", "client_secret_basic"), client("curve", "ES256", "client_secret_post"), client("public", "RS256", "none")],
    jwks,
    adapter: adapterOf,
    cookies: { keys: cookieKeys },
    // The id token itself says little, as the standard has it: the rest is asked of userinfo. "inline" puts all of it in.
    conformIdTokenClaims: true,
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "picture"], groups: ["groups", "roles", "realm_access"] },
    scopes: ["openid", "email", "profile", "groups", "offline_access"],
    findAccount: (_, id) => (people[id] ? { accountId: id, claims: () => ({ sub: id, ...people[id] }) } : undefined),
    pkce: { methods: ["S256"], required: () => true },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    async loadExistingGrant(ctx) {
      // Nobody is asked for consent.
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope("openid email profile groups");
      await grant.save();
      return grant;
    },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600 },
  });
  const { redirectUriAllowed, postLogoutRedirectUriAllowed } = provider.Client.prototype;
  Object.assign(provider.Client.prototype, {
    redirectUriAllowed(uri) { return isLoopback(uri) || redirectUriAllowed.call(this, uri); },
    postLogoutRedirectUriAllowed(uri) { return isLoopback(uri) || postLogoutRedirectUriAllowed.call(this, uri); },
  });
  Object.defineProperty(provider.Client.prototype, "backchannelLogoutUri", { get() { return logoutUris.get(this.clientId) ?? "http://127.0.0.1:9/none"; }, set() {}, configurable: true });
  provider.on("server_error", (_, error) => console.error(error));
  return provider;
}

// Kept over a change of keys, so that sessions and codes live on.
const rows = new Map();
class Memory {
  constructor(model) { this.model = model; }
  key(id) { return `${this.model}:${id}`; }
  async upsert(id, payload) { rows.set(this.key(id), payload); }
  async find(id) { return rows.get(this.key(id)); }
  async findByUid(uid) { return [...rows].find(([key, row]) => key.startsWith(`${this.model}:`) && row.uid === uid)?.[1]; }
  async findByUserCode() { return undefined; }
  async destroy(id) { rows.delete(this.key(id)); }
  async consume(id) { rows.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async revokeByGrantId(grantId) { for (const [key, row] of rows) if (row.grantId === grantId) rows.delete(key); }
}

let provider;
const server = createServer(async (request, response) => {
  try {
    const url = new URL(request.url, "http://127.0.0.1");
    const uid = /^\/interaction\/([\w-]+)$/.exec(url.pathname)?.[1];
    if (uid && request.method === "GET") {
      const { params } = await provider.interactionDetails(request, response);
      response.setHeader("content-type", "text/html; charset=utf-8").end(page(uid, params.client_id));
    } else if (uid && request.method === "POST") {
      const form = await readForm(request);
      const login = form.get("login");
      const result = form.get("act") === "refuse" ? { error: "access_denied", error_description: "The person said no." }
        : people[login] ? { login: { accountId: login } } : { error: "access_denied", error_description: "There is nobody of that name." };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    } else if (url.pathname.startsWith("/test/") && request.method === "POST") {
      if (url.pathname === "/test/rotate") provider = build(issuer, keys(), Memory);
      if (url.pathname === "/test/logout-uri") logoutUris.set(url.searchParams.get("client"), url.searchParams.get("uri"));
      if (url.pathname === "/test/forget") rows.clear();
      response.writeHead(204).end();
    } else {
      await provider.callback()(request, response);
    }
  } catch (error) {
    console.error(error);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
});
let issuer;
server.listen(0, "127.0.0.1", () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  provider = build(issuer, keys(), Memory);
  console.log(`listening ${issuer}`);
});
