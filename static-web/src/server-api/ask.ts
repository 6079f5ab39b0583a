import { readFailure, unreachable, type Failure } from './failure';

export type Outcome<Value> = { value: Value } | { failure: Failure };

/** One request to an API route. Never throws: what goes wrong is a Failure; a 304 is read like any good answer. */
export async function ask<Value>(
  address: string,
  init: RequestInit,
  read: (response: Response) => Promise<Value>,
): Promise<Outcome<Value>> {
  try {
    const response = await fetch(address, init);
    if (!response.ok && response.status !== 304) return { failure: await readFailure(response) };
    return { value: await read(response) };
  } catch {
    return { failure: unreachable };
  }
}

/** @param body Sent as JSON; undefined sends none. */
export function post<Value>(
  address: string,
  body: unknown,
  read: (response: Response) => Promise<Value>,
): Promise<Outcome<Value>> {
  const init: RequestInit = { method: 'POST' };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'Content-Type': 'application/json' };
  }
  return ask(address, init, read);
}

export async function json<Value>(response: Response): Promise<Value> {
  return (await response.json()) as Value;
}
