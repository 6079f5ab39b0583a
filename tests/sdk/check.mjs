// A list of named checks, run one after the other: one "ok" line each, the first failure ends the run with exit code 1.

/** A picture of one point, PNG in base64. */
export const picture = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Throws with the message unless the condition holds. */
export function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/** Awaits the promise and returns what it throws; not throwing is a failure. */
export async function thrownBy(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** Runs the checks: an object of name → async function. */
export async function run(checks) {
  for (const [name, check] of Object.entries(checks)) {
    const hung = setTimeout(() => fail(name, new Error('no end after 30 s')), 30_000);
    try {
      await check();
      console.log(`ok ${name}`);
    } catch (error) {
      fail(name, error);
    } finally {
      clearTimeout(hung);
    }
  }
  process.exit(0);
}

function fail(name, error) {
  console.error(`not ok ${name}: ${error.stack ?? error}`);
  process.exit(1);
}
