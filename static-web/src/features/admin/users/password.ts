const LOWER = 'abcdefghijkmnpqrstuvwxyz';
const UPPER = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const DIGITS = '23456789';
const SIGNS = '-_.!?+=%';
const ALL = LOWER + UPPER + DIGITS + SIGNS;
const LENGTH = 18;

/**
 * A password of 18 characters (about 110 bits) with one of each kind, so that every usual rule takes it; without characters
 * that look alike, because somebody may have to type it from paper.
 */
export function makePassword(): string {
  const letters = [LOWER, UPPER, DIGITS, SIGNS].map(pick);
  while (letters.length < LENGTH) letters.push(pick(ALL));
  // The first four have kinds that are known: shuffled (Fisher and Yates), they may stand anywhere.
  for (let at = letters.length - 1; at > 0; at--) {
    const other = below(at + 1);
    [letters[at], letters[other]] = [letters[other] ?? '', letters[at] ?? ''];
  }
  return letters.join('');
}

const pick = (from: string) => from.charAt(below(from.length));

/** Without the slight bias that a plain remainder would have. */
function below(limit: number): number {
  const [number] = crypto.getRandomValues(new Uint32Array(1));
  const fair = Math.floor(2 ** 32 / limit) * limit;
  return number !== undefined && number < fair ? number % limit : below(limit);
}
