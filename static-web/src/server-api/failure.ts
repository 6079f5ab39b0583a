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
}
type Milliseconds = number;

interface ErrorBody {
  type?: string;
  title?: string;
  detail?: string;
  retryAfter?: number;
  error?: { message?: string; type?: string } | string;
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
  const relay = typeof body.error === 'string' ? { message: body.error } : body.error;
  return {
    status: response.status,
    message: relay?.message ?? body.detail ?? body.title ?? response.statusText,
    type: relay?.type ?? lastSegment(body.type ?? ''),
    connection: response.headers.get('x-openwebui-connection'),
    retryAfter: retryAfterOf(response.headers.get('retry-after'), body.retryAfter),
  };
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
