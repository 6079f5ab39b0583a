import { readFailure, unreachable, type Failure } from './failure';

export type RedeemOutcome = { granted: true } | { granted: false; failure: Failure };

/** Trades an access code for the pass cookie of this browser (POST /api/v1/access/redeem). */
export async function redeemCode(code: string): Promise<RedeemOutcome> {
  try {
    const response = await fetch('/api/v1/access/redeem', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    return response.ok ? { granted: true } : { granted: false, failure: await readFailure(response) };
  } catch {
    return { granted: false, failure: unreachable };
  }
}

/** Drops this browser's pass; returns whether the server has done it. Safe to repeat. */
export async function leave(): Promise<boolean> {
  try {
    return (await fetch('/api/v1/access/leave', { method: 'POST' })).ok;
  } catch {
    return false;
  }
}
