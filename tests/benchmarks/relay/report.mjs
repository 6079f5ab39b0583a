// The table of the relay benchmark, and its floors.

export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

/** Of one round's results of a target, beside those without any relay: a figure. */
const figures = {
  'added time to first byte, p50 (µs)': (own, direct) => own.one.first.p50 - direct.one.first.p50,
  'added time to first byte, p99 (µs)': (own, direct) => own.one.first.p99 - direct.one.first.p99,
  'added age of a chunk, p50 (µs)': (own, direct) => own.chunks.chunk.p50 - direct.chunks.chunk.p50,
  'added age of a chunk, p99 (µs)': (own, direct) => own.chunks.chunk.p99 - direct.chunks.chunk.p99,
  'streams of one chunk per second, 64 at once': (own) => own.many.streams / own.many.seconds,
  'processor time per such stream (µs)': (own) => (own.many.processor / own.many.streams) * 1e6,
  'processor time per paced chunk (µs)': (own) => (own.slow.processor / own.slow.chunks) * 1e6,
  'paced chunks per second of processor time': (own) => own.slow.chunks / own.slow.processor,
  '1,000 slow streams: age of a chunk, p50 (ms)': (own) => own.slow.chunk.p50 / 1e3,
  '1,000 slow streams: age of a chunk, p99 (ms)': (own) => own.slow.chunk.p99 / 1e3,
};

const onceFigures = {
  'start to the first answer (ms)': 'start',
  'resident, idle (MB)': 'idle',
  'resident, 1,000 parked streams (MB)': 'full',
  'resident after the measurement (MB)': 'worn',
};

const errorsOf = (measured, name) => measured.reduce((sum, round) => sum + Object.values(round[name]).reduce((all, result) => all + result.errors, 0), 0);

/** Prints the table and the floors. @returns whether all floors hold. */
export function report(measured, once) {
  const of = (name, figure) => median(measured.map((round) => figures[figure](round[name], round.direct)));
  const ratio = (name, other, figure) => median(measured.map((round) => figures[figure](round[name], round.direct) / figures[figure](round[other], round.direct)));
  const short = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2));

  console.log('\n| | direct | nginx | openwebui | x nginx | gateway | openwebui x gateway |\n|---|---|---|---|---|---|---|');
  for (const figure of Object.keys(figures)) {
    const direct = figure.startsWith('added') || figure.includes('processor') ? '' : short(of('direct', figure));
    console.log(`| ${figure} | ${direct} | ${short(of('nginx', figure))} | ${short(of('openwebui', figure))} | **${ratio('openwebui', 'nginx', figure).toFixed(2)}** | ${short(of('gateway', figure))} | ${ratio('openwebui', 'gateway', figure).toPrecision(2)} |`);
  }

  for (const [figure, name] of Object.entries(onceFigures)) {
    console.log(`| ${figure} | | ${short(once.nginx[name])} | ${short(once.openwebui[name])} | **${(once.openwebui[name] / once.nginx[name]).toFixed(2)}** | ${short(once.gateway[name])} | ${(once.openwebui[name] / once.gateway[name]).toPrecision(2)} |`);
  }

  console.log(`| errors | ${errorsOf(measured, 'direct')} | ${errorsOf(measured, 'nginx')} | ${errorsOf(measured, 'openwebui')} | | ${errorsOf(measured, 'gateway')} | |\n`);

  const [firstByte, streams, perChunk, slowest] = ['added time to first byte, p50 (µs)', 'streams of one chunk per second, 64 at once', 'processor time per paced chunk (µs)', '1,000 slow streams: age of a chunk, p99 (ms)'];
  const floors = [
    // what, measured, floor, aim, whether more is better
    ['added time to first byte, x nginx', ratio('openwebui', 'nginx', firstByte), 1.6, 1.35, false],
    ['streams per second, x nginx', ratio('openwebui', 'nginx', streams), 0.85, 0.9, true],
    ['streams per second, x gateway', ratio('openwebui', 'gateway', streams), 5, 5, true],
    ['processor time per paced chunk, x nginx', ratio('openwebui', 'nginx', perChunk), 1.8, 1.3, false],
    ['1,000 slow streams, p99 in ms', of('openwebui', slowest), 10, 1.5, false],
    ['errors', errorsOf(measured, 'openwebui'), 0, 0, false],
    ['1,000 parked streams, MB', once.openwebui.full, 110, 50, false],
  ];
  let holds = true;
  for (const [what, value, floor, aim, more] of floors) {
    const reaches = (goal) => (more ? value >= goal : value <= goal);
    holds &&= reaches(floor);
    console.log(`${reaches(aim) ? 'aim    ' : reaches(floor) ? 'floor  ' : 'MISSED '} ${what}: ${short(value)} (floor ${floor}, aim ${aim})`);
  }

  return holds;
}
