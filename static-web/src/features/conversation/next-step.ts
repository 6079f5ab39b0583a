import { CUT } from '../../server-api/completions';
import type { Failure } from '../../server-api/failure';

/** What the reader can do about a failed answer. */
export type NextStep =
  /** The key is refused. */
  | 'key'
  /** The provider's account is empty. */
  | 'credit'
  /** The model is not there. */
  | 'model'
  /** Too much at the moment. */
  | 'wait'
  /** More text than the model takes. */
  | 'long'
  /** The request itself is refused. */
  | 'request'
  /** The connection leads nowhere: again does not help. */
  | 'unreachable'
  /** It took too long. */
  | 'slow'
  /** Again may well help. */
  | 'later'
  /** The message says all there is to say. */
  | 'none';

const CODES: Record<string, NextStep> = {
  insufficient_quota: 'credit',
  billing_hard_limit_reached: 'credit',
  invalid_api_key: 'key',
  model_not_found: 'model',
  context_length_exceeded: 'long',
  upstream_timeout: 'slow',
  upstream_dns: 'unreachable',
  upstream_address: 'unreachable',
  upstream_connect: 'unreachable',
  upstream_tls: 'unreachable',
  upstream_identity: 'unreachable',
  upstream_protocol: 'unreachable',
  upstream_not_an_api: 'unreachable',
  too_many_answers: 'none',
  answer_too_long: 'none',
};

/** By the code where it is a known one, else by the status (RFC 9110, 15.5 and 15.6; 429: RFC 6585). */
export function nextStepOf(failure: Failure | null): NextStep {
  if (failure === null) return 'none';
  const { status, connection } = failure;
  const known = CODES[failure.code ?? ''] ?? CODES[failure.type];
  if (known !== undefined) return known;
  if (failure.type === CUT) return 'later';
  // No answer came, and no provider is named: the reader's own network.
  if (status === 0) return connection === null ? 'none' : 'later';
  if (status === 401 || status === 403) return connection === null ? 'none' : 'key';
  if (status === 402) return 'credit';
  if (status === 404) return 'model';
  if (status === 408 || status === 504) return 'slow';
  if (status === 429) return 'wait';
  if (status >= 500) return 'later';
  const tooLong = /context (?:length|window|size)|maximum context|too (?:many tokens|long)/i;
  if (status === 413 || tooLong.test(failure.message)) return 'long';
  return connection === null ? 'none' : 'request';
}
