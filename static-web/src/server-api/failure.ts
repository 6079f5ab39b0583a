/**
 * What went wrong with a request, in one shape for both error bodies of the server: RFC 9457 problem+json of the
 * API routes and `{"error":{...}}` of the relay routes.
 */
export interface Failure {
  /** HTTP status; 0 when no answer came. */
  status: number;
  /** The server's or the provider's own words; empty when it said nothing readable. */
  message: string;
  /** Last segment of a problem's `type` ("locked", "busy"), or the `type` of a relay error. */
  type: string;
  /** The connection that answered; null when the failure is not a provider's. */
  connection: string | null;
  retryAfter: Milliseconds | null;
  /** When another try makes sense, in milliseconds since 1970, where the provider said so. */
  retryAt?: number;
  /** The provider's own code, or ours ("upstream_timeout"), where there is one. */
  code?: string;
  /** Complaints by field (RFC 9457's `errors`), where the server named fields. */
  errors?: Record<string, string>;
}
type Milliseconds = number;

interface ErrorBody {
  type?: string;
  title?: string;
  detail?: string;
  retryAfter?: number;
  errors?: Record<string, string | string[]>;
  error?: { message?: string; type?: string; code?: unknown } | string;
}

export const unreachable: Failure = {
  status: 0,
  message: '',
  type: 'network',
  connection: null,
  retryAfter: null,
};

/** Reads the failure out of a response that is not ok; consumes its body. */
export async function readFailure(response: Response): Promise<Failure> {
  const body = await response.json().then(
    (value: unknown) => (typeof value === 'object' && value !== null ? (value as ErrorBody) : {}),
    () => ({}) as ErrorBody,
  );
  const relay: { message?: string; type?: string; code?: unknown } | undefined =
    typeof body.error === 'string' ? { message: body.error } : body.error;
  const failure: Failure = {
    status: response.status,
    message: relay?.message ?? body.detail ?? body.title ?? response.statusText,
    type: relay?.type ?? lastSegment(body.type ?? ''),
    connection: response.headers.get('x-openwebui-connection'),
    retryAfter: retryAfterOf(response.headers.get('retry-after'), body.retryAfter),
  };
  if (typeof relay?.code === 'string') failure.code = relay.code;
  if (body.errors) {
    const entries = Object.entries(body.errors).map(([field, said]) => [field, [said].flat().join(' ')]);
    failure.errors = Object.fromEntries(entries) as Record<string, string>;
  }
  if ((failure.status === 401 || failure.status === 403) && failure.connection === null) onRefusal(failure);
  return failure;
}

/** A 401 that no provider sent is our own gate's. */
export function isAccessLost(failure: Failure): boolean {
  return failure.status === 401 && failure.connection === null;
}

let onRefusal: (failure: Failure) => void = () => {};

/** Whom to tell of every 401 and 403 of our own: the session may have ended, the account may have changed. */
export function whenRefused(listener: (failure: Failure) => void): void {
  onRefusal = listener;
}

/**
 * Retry-After (RFC 9110, 10.2.3: seconds or a date), else the body's seconds, as milliseconds from `now`; null when
 * neither is readable.
 */
export function retryAfterOf(
  header: string | null,
  bodySeconds?: number,
  now = Date.now(),
): Milliseconds | null {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = text === '' ? NaN : Date.parse(text);
  if (!Number.isNaN(date)) return Math.max(0, date - now);
  return typeof bodySeconds === 'number' && bodySeconds >= 0 ? bodySeconds * 1000 : null;
}

/** The server's own reports begin with the connection's name; where that stands in a title already, it is left out. */
export function withoutConnection(report: string, connection: string | null): string {
  if (!connection || !report.startsWith(`${connection}: `)) return report;
  const rest = report.slice(connection.length + 2);
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

function lastSegment(type: string): string {
  return type.slice(type.lastIndexOf('/') + 1);
}
