import type { Model } from '../../server-api/models';

/*
 * How a model is found. Every word of the query must be somewhere in its name, id, tags or connections; "gpt4o" finds
 * "GPT-4o". Only where no model has every word, words with a slip ("calude") or with letters left out ("cldsnt") count too.
 */

interface Field {
  text: string;
  /** Letters and digits alone. */
  tight: string;
  weight: number;
}

const known = new WeakMap<Model, Field[]>();

/** The models that match, best first; among equals favourites, then the given order. */
export function searchModels(models: Model[], query: string, favourites: ReadonlySet<string>): Model[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return models;
  const found = ranked(models, words, favourites, trueScore);
  return found.length > 0 ? found : ranked(models, words, favourites, guessScore);
}

type Score = (word: string, field: Field) => number;

function ranked(models: Model[], words: string[], favourites: ReadonlySet<string>, score: Score): Model[] {
  const matches = models.flatMap((model, order) => {
    let sum = 0;
    for (const word of words) {
      const best = Math.max(...fieldsOf(model).map((field) => score(word, field) * field.weight));
      if (best <= 0) return [];
      sum += best;
    }
    return [{ model, sum, order, favourite: favourites.has(model.id) ? 1 : 0 }];
  });
  matches.sort((a, b) => b.sum - a.sum || b.favourite - a.favourite || a.order - b.order);
  return matches.map(({ model }) => model);
}

function fieldsOf(model: Model): Field[] {
  let fields = known.get(model);
  if (fields === undefined) {
    const field = (text: string, weight: number): Field => {
      const folded = fold(text);
      return { text: folded, tight: tighten(folded), weight };
    };
    fields = [
      field(model.name, 1),
      field(model.id, 0.9),
      ...(model.tags ?? []).map(({ name }) => field(name, 0.7)),
      ...(model.connections ?? [model.connection]).map((name) => field(name, 0.6)),
    ];
    known.set(model, fields);
  }
  return fields;
}

/** 100 for the whole field, less for its beginning, a word's beginning, anywhere; 0 for nowhere. */
function trueScore(word: string, { text, tight }: Field): number {
  if (text === word) return 100;
  if (text.startsWith(word)) return 80;
  if (beginnings(text).some((at) => text.startsWith(word, at))) return 60;
  if (text.includes(word)) return 40;
  const bare = tighten(word);
  if (bare === '') return 0;
  return tight.startsWith(bare) ? 50 : tight.includes(bare) ? 30 : 0;
}

function guessScore(word: string, field: Field): number {
  const sure = trueScore(word, field);
  if (sure > 0) return sure;
  if (word.length < 3) return 0;
  const parts = beginnings(field.text).map((at) => field.text.slice(at));
  if (word.length > 3 && parts.some((part) => beginsNearly(part, word))) return 20;
  return parts.some((part) => hasLetters(tighten(part), word)) ? 10 : 0;
}

/** Where words begin, and where digits follow letters or the other way round. */
function beginnings(text: string): number[] {
  return [...text.matchAll(/\p{L}+|\p{N}+/gu)].map((match) => match.index);
}

/** Whether the text begins with the word but for one slip: a letter wrong, missing, too many, or two in each other's place. */
export function beginsNearly(text: string, word: string): boolean {
  let same = 0;
  while (same < word.length && text[same] === word[same]) same++;
  if (same === 0 && text[1] !== word[0]) return false;
  const [rest, over] = [word.slice(same), text.slice(same)];
  return (
    over.slice(1).startsWith(rest.slice(1)) ||
    over.startsWith(rest.slice(1)) ||
    over.slice(1).startsWith(rest) ||
    (over[0] === rest[1] && over[1] === rest[0] && over.slice(2).startsWith(rest.slice(2)))
  );
}

/** Whether the letters stand in this order within a stretch of at most three times their number, the first at its start. */
function hasLetters(text: string, letters: string): boolean {
  if (text[0] !== letters[0]) return false;
  let at = 0;
  for (const letter of letters) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return at <= letters.length * 3;
}

/** Lower case, without accents; full-width letters as plain ones. */
function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

function tighten(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, '');
}
